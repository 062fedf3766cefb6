import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { shardCounts } from "#shared/events/shards/shards.ts";
import { newestFirst } from "#test/support/memory/events.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

const kolkataMinutes = 330;
let stack: TestStack;

/** Organisations that were raised before any function read how many shards there are, so that none has to wait. */
const sharded: Org[] = [];
const shardedRuns = 8;

beforeAll(async () => {
  stack = await startStack();
  for (let n = 0; n < shardedRuns; n++) {
    const org = await anOrg(`sharded-${n}`);
    await stack.admin({ action: "org.update", org_id: org.org_id, shards: n % 2 === 0 ? 4 : 16 });
    sharded.push(org);
  }
});

/** What every dialect shows of an event: its second and its document. */
type Canonical = { readonly second: string; readonly ref: string };

const refIn = (text: string) => /REF-\d+/.exec(text)?.[0] ?? "none";
const second = (instant: number) => new Date(Math.floor(instant / 1000) * 1000).toISOString();

/** Few moments and many kinds, so that events share seconds and milliseconds and only the order of ids is left. */
const eventArbitrary = fc.record({
  type: fc.constantFrom(...documentTypes),
  verb: fc.constantFrom("CREATED", "UPDATED", "SENT", "PAID", "VOIDED", "STATUS_CHANGED", "FOO_BARRED"),
  document: fc.nat(8),
  contact: fc.option(fc.nat(3)),
  ms: fc.nat(20_000),
  actor: fc.option(fc.constantFrom("usr_1", "5")),
  id: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/)),
});

type EventFacts = typeof eventArbitrary extends fc.Arbitrary<infer T> ? T : never;

function inputs(org_id: string, facts: readonly EventFacts[]): EventInput[] {
  return facts.map(({ type, verb, document, contact, ms, actor, id }, at) => ({
    org_id,
    ...(id === null ? {} : { event_id: `evt_${id}` }),
    action: `${type}_${verb}`,
    entity_type: type,
    entity_id: `doc_${document}`,
    entity_ref: `REF-${at}`,
    actor_user_id: actor,
    occurred_at: new Date(Date.parse("2026-03-28T18:29:50Z") + ms).toISOString(),
    ...(contact === null ? {} : { related: [{ entity_type: "CONTACT", entity_id: `con_${contact}` }] }),
  }));
}

async function anOrg(name: string) {
  const org_id = `org_agree_${name}`;
  await stack.admin({ action: "org.create", org_id, slug: `agree-${name}`, time_zone: "Asia/Kolkata" });
  const token = await stack.token([org_id]);
  const key = z.object({ secret: z.string() }).parse(await stack.admin({ action: "key.create", org_id }));
  return { org_id, slug: `agree-${name}`, bearer: { authorization: `Bearer ${token.secret}` }, key: key.secret };
}

type Org = Awaited<ReturnType<typeof anOrg>>;

async function get(path: string, headers: Record<string, string>) {
  const response = await stack.get(path, headers);
  const body = await response.text();
  expect(response.status, body).toBe(200);
  return { body, link: response.headers.get("link") };
}

const finzbooksPage = z.object({
  activity: z.array(z.object({ occurred_at: z.string(), entity_ref: z.string() })),
});

async function byFinzbooks({ bearer }: Org): Promise<Canonical[]> {
  const found: Canonical[] = [];
  let path: string | undefined = "/api/public/v1/activity?limit=7";
  while (path !== undefined) {
    const { body, link }: Awaited<ReturnType<typeof get>> = await get(path, bearer);
    for (const { occurred_at, entity_ref } of finzbooksPage.parse(JSON.parse(body)).activity) {
      found.push({ second: second(Date.parse(occurred_at)), ref: entity_ref });
    }
    path = /<[^>]*(\/api\/[^>]*)>/.exec(link ?? "")?.[1];
  }
  return found;
}

const activities = z.array(z.object({ date: z.string(), information: z.string(), activity_id: z.string() }));

async function bySimplybooks({ key }: Org, take: number): Promise<Canonical[]> {
  const found: Canonical[] = [];
  for (let skip = 0; ; skip += take) {
    const { body } = await get(`/api/v1/activities?format=json&skip=${skip}&take=${take}`, { "x-api-key": key });
    const page = activities.parse(JSON.parse(body));
    for (const { date, information } of page) {
      const instant = Date.parse(`${date.replace(" ", "T")}Z`) - kolkataMinutes * 60_000;
      found.push({ second: second(instant), ref: refIn(information) });
    }
    if (page.length < take) return found;
  }
}

const fakturoidEvents = z.array(z.object({ created_at: z.string(), text: z.string() }));

async function byFakturoid({ bearer, slug }: Org): Promise<Canonical[]> {
  const found: Canonical[] = [];
  for (let page = 1; ; page += 1) {
    const { body } = await get(`/api/v3/accounts/${slug}/events.json?page=${page}`, bearer);
    const events = fakturoidEvents.parse(JSON.parse(body));
    for (const { created_at, text } of events) {
      expect(created_at).toMatch(/\+05:30$/);
      found.push({ second: second(Date.parse(created_at)), ref: refIn(text) });
    }
    if (events.length < 40) return found;
  }
}

/** Stores events as writers do before, between and after two raises, and returns them as a plain list. */
async function appendSharded(org: Org, facts: readonly EventFacts[]): Promise<Canonical[]> {
  const counts = shardCounts.filter((count) => count <= 4);
  const stores = counts.map((count) => {
    const shards = { countToRead: () => count, countToWrite: () => count };
    return createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards });
  });
  const now = new Date();
  const events = inputs(org.org_id, facts).map(
    (input, at) => parseEventValue(input, { now, entropy: `sharded ${at}` }).event,
  );
  await Promise.all(events.map((event, at) => stores[at % stores.length]?.put(event)));
  return events.sort(newestFirst).map(({ occurred_at, entity_ref }) => ({
    second: second(Date.parse(occurred_at)),
    ref: entity_ref ?? "none",
  }));
}

describe("three dialects", () => {
  let orgs = 0;

  it("return the same events in the same order for any log", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventArbitrary, { minLength: 1, maxLength: 130 }), async (facts) => {
        const org = await anOrg(String(orgs++));
        await stack.append(inputs(org.org_id, facts));
        const expected = await byFinzbooks(org);
        expect(expected).toHaveLength(facts.length);
        expect(await bySimplybooks(org, 11)).toEqual(expected);
        expect(await byFakturoid(org)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  it("return the events of a sharded organisation like those of an unsharded one, also after its shards were raised", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventArbitrary, { minLength: 30, maxLength: 130 }), async (facts) => {
        const org = sharded.pop();
        if (org === undefined) throw new Error("There are as many organisations as runs.");
        const expected = await appendSharded(org, facts);
        expect(await byFinzbooks(org)).toEqual(expected);
        expect(await bySimplybooks(org, 11)).toEqual(expected);
        expect(await byFakturoid(org)).toEqual(expected);
      }),
      { numRuns: shardedRuns, endOnFailure: true },
    );
  });

  it("find an event by its own time and day, in each dialect's time zone", async () => {
    const org = await anOrg("bounds");
    const [facts] = fc.sample(eventArbitrary, 1);
    const draft = inputs(org.org_id, facts === undefined ? [] : [{ ...facts, type: "INVOICE", verb: "SENT" }]);
    // 02:00 of the day after, in the account's zone.
    await stack.append(draft.map((input) => ({ ...input, occurred_at: "2026-03-03T20:30:00.123456Z" })));

    const finzbooks = async (query: string) =>
      finzbooksPage.parse(JSON.parse((await get(`/api/public/v1/activity?${query}`, org.bearer)).body)).activity.length;
    const fakturoid = async (since: string) => {
      const { body } = await get(`/api/v3/accounts/${org.slug}/events.json?since=${since}`, org.bearer);
      return fakturoidEvents.parse(JSON.parse(body)).length;
    };
    const simplybooks = async (filter: string) => {
      const { body } = await get(`/api/v1/activities?format=json&filter=${filter}`, { "x-api-key": org.key });
      return activities.parse(JSON.parse(body)).length;
    };

    const own = "2026-03-03T20:30:00.123456Z";
    expect(await finzbooks(`since=${own}&until=${own}`)).toBe(1);
    expect(await finzbooks("since=2026-03-03T20:30:00.124Z")).toBe(0);
    expect(await finzbooks("since=2026-03-03&until=2026-03-03")).toBe(1);
    expect(await finzbooks("since=2026-03-04&until=2026-03-04")).toBe(0);

    for (const since of [own, "2026-03-04", "2026-03-04T02:00:00.123"])
      expect([since, await fakturoid(since)]).toEqual([since, 1]);
    expect(await fakturoid("2026-03-04T02:01")).toBe(0);
    expect(await simplybooks("date=2026-03-04,date>=2026-03-04 02:00:00")).toBe(1);
    expect(await simplybooks("date<=2026-03-03,")).toBe(0);
  });
});
