import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createSimplybooksHandler } from "#shared/api/simplybooks/handler.ts";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { hasOnlyStorableText } from "#shared/events/text/text-rules.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { readActivitiesXml } from "#test/support/api/activity-xml.ts";
import { userAgent } from "#test/support/api/fakturoid-dialect.ts";
import { aDeliveryMessage, anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { createItemsTableClient, type TableItem } from "#test/support/dynamodb/items-table-client.ts";
import { largestItem } from "#test/support/events/hostile-items.ts";
import { captureLogLines } from "#test/support/log-lines.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { verifyViewerToken } from "#test/support/viewer-tokens.ts";

beforeEach(() => void captureLogLines());

const org = anOrg();

/** Valid events of the organisation, a second apart. */
const events = Array.from({ length: 12 }, (_, n) =>
  anEvent({
    org_id: org.org_id,
    event_id: `evt_${String(n).padStart(32, "0")}`,
    occurred_at: `2026-05-11T08:30:${10 + n}.000Z`,
    recorded_at: "2026-05-11T08:31:00.000Z",
  }),
);

const itemOf = (event: ActivityEvent): TableItem => toStringAttributes(toEventItem(event));

/** What XML 1.0 has no way to write. */
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Texts that would end a value, an element or a page if they were believed. */
const splices = [
  '{}},{"event_id":"evt_forged","action":"INVOICE_PAID","x":{}',
  '{}},"event_type":"invoice.voided","org_id":"other","x":{"y":{}',
  '{"a":1,"a":2}',
  '{"to":["a@b.c"],"n":1e400}',
  '[{"entity_type":"CONTACT","entity_id":"\\ud800"}]',
  '","org_id":"other',
  "]]></information><activity>",
  "9999-12-31T23:59:59.999Z",
  "2026-05-11T08:30:15.000Zzz",
  "\u0000\u0001\u001b\uffff",
  '{"\\ud800a":{"old":"\\u0000","new":"\\udc00"}}',
  largestItem,
];

const attributeArbitrary: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.oneof(fc.constantFrom(...splices), fc.string({ unit: "binary", minLength: 1 })).map((S) => ({ S })),
  fc.constantFrom<AttributeValue>({ N: "1" }, { BOOL: true }, { NULL: true }, { L: [] }, { M: {} }, { SS: ["a"] }),
);

const fields = ["action", "entity_type", "entity_ref", "actor_user_id", "actor", "changes", "metadata", "recorded_at"];
const parts = ["related", "text", "information", "params", "contact_id", "settled", "notify", "unknown"];

/** An item in the lists of the organisation: a valid event, but for some attributes. */
const hostile = fc
  .record({
    second: fc.integer({ min: 10, max: 50 }),
    keys: fc.dictionary(
      fc.constantFrom("timeline", "position", "occurred_at", "event_id", "entity_id"),
      // The key of an index is text: only the rest may be anything.
      fc.oneof(fc.constantFrom(...splices.slice(0, -1)), fc.string({ minLength: 1 })).map((S) => ({ S })),
      { maxKeys: 1 },
    ),
    others: fc.dictionary(fc.constantFrom(...fields, ...parts), fc.option(attributeArbitrary), {
      minKeys: 1,
      maxKeys: 3,
    }),
  })
  .map(({ second, keys, others }): TableItem => {
    const occurred_at = `2026-05-11T08:30:${second}.500Z`;
    const item = itemOf(anEvent({ org_id: org.org_id, entity_id: "hostile", occurred_at, recorded_at: occurred_at }));
    Object.assign(item, keys);
    for (const [name, value] of Object.entries(others)) {
      if (value === null) delete item[name];
      else item[name] = value;
    }
    return item;
  });

const request = (target: string) =>
  aRequest(target, {
    headers: {
      authorization: `Bearer ${aSecret()}`,
      "x-api-key": aSecret(),
      "x-aibooks-org": org.org_id,
      "user-agent": userAgent,
    },
  });

type Answer = (request: HttpRequest, trace: RequestContext) => Promise<HttpResponse>;

/** All that a dialect answers over these items, page after page where it has a limit. Throws where it would be a 5xx. */
async function bodyOf(answer: Answer, target: string): Promise<string> {
  const { status, body } = await answer(request(target), { responseHeaders: {}, auditFields: {} });
  expect(status).toBe(200);
  return body;
}

function dialectsOver(items: readonly TableItem[]) {
  const damaged: unknown[] = [];
  const now = () => testNow;
  const store = createEventStore(createItemsTableClient(items), "events", {
    now,
    reportDamage: (found) => damaged.push(...found),
  });
  const ports = {
    events: store,
    tokens: tokenPorts(() => aToken()),
    verifyViewerToken,
    findSequences: noSequences,
    orgs: { get: async () => org },
    checkpoints: memoryPageCheckpoints(),
    now,
  };
  return {
    damaged,
    finzbooks: () => bodyOf(createFinzbooksHandler(ports), "/api/public/v1/activity?limit=500"),
    json: () => bodyOf(createSimplybooksHandler(ports), "/api/v1/activities?format=json&take=100"),
    xml: () => bodyOf(createSimplybooksHandler(ports), "/api/v1/activities?take=100"),
    fakturoid: () => bodyOf(createFakturoidHandler(ports), `/api/v3/accounts/${org.slug}/events.json`),
  };
}

/** What the contract shows of one item, computed from that item alone. */
function plain(item: TableItem) {
  const text = (name: string) => item[name]?.S?.replaceAll("\u0000", "\uFFFD") ?? null;
  const json = (name: string): unknown =>
    JSON.parse(text(name)?.replaceAll(/\\u(?:0000|d[89a-f]..)/g, "\uFFFD") ?? "null");
  return {
    event_id: text("event_id"),
    action: text("action"),
    entity_type: text("entity_type"),
    entity_id: text("entity_id"),
    entity_ref: text("entity_ref"),
    actor_user_id: text("actor_user_id"),
    changes: json("changes"),
    metadata: json("metadata"),
    occurred_at: text("occurred_at")?.replace(".000Z", "Z"),
  };
}

const eventsIn = (body: string): { event_id: string; entity_id: string }[] => JSON.parse(body).activity;

it("all dialects (property) render each valid event once, and nothing of damaged items", async () => {
  const alone = dialectsOver(events.map(itemOf));
  const expected = { json: JSON.parse(await alone.json()), fakturoid: JSON.parse(await alone.fakturoid()) };
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 8 }), async (others) => {
      const over = dialectsOver([...events.map(itemOf), ...others]);
      const body = await over.finzbooks();
      // A key that is there twice would be lost by parsing.
      expect(JSON.stringify(JSON.parse(body))).toBe(body);
      const shown = eventsIn(body);
      expect(shown.filter(({ entity_id }) => entity_id !== "hostile")).toEqual(
        [...events].reverse().map((event) => plain(itemOf(event))),
      );
      const rest = shown.filter(({ entity_id }) => entity_id === "hostile");
      for (const event of rest) expect(others.some((item) => isPlain(item, event))).toBe(true);
      expect(rest.length).toBeLessThanOrEqual(others.length);

      const activities: unknown[] = JSON.parse(await over.json());
      expect(activities).toEqual(expect.arrayContaining(expected.json));
      expect(activities.length).toBeLessThanOrEqual(events.length + others.length);
      expect(readActivitiesXml(await over.xml())).toHaveLength(activities.length);
      const rendered: unknown[] = JSON.parse(await over.fakturoid());
      expect(rendered).toEqual(expect.arrayContaining(expected.fakturoid));
      expect(rendered.length).toBeLessThanOrEqual(events.length + others.length);
    }),
    { numRuns: 300 },
  );
});

function isPlain(item: TableItem, event: unknown): boolean {
  try {
    expect(event).toEqual(plain(item));
    return true;
  } catch {
    return false;
  }
}

it("a webhook payload renders its item, or is not sent", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (item) => {
      try {
        const { entity_id, occurred_at, event_id } = anEvent();
        const event = await createEventStore(createItemsTableClient([item]), "events").get(org.org_id, {
          entity_id,
          occurred_at,
          event_id,
        });
        const body = renderPayload(event ?? anEvent(), aDeliveryMessage());
        const payload = JSON.parse(body);
        expect(JSON.stringify(payload)).toBe(body);
        expect(payload).toMatchObject({ org_id: org.org_id, data: plain(item) });
        expect(Object.keys(payload)).toEqual([
          ...["event_type", "delivery_id", "sequence", "sealed_at", "occurred_at", "org_id", "data"],
        ]);
      } catch (error) {
        if (!(error instanceof DamagedItemError)) throw error;
      }
    }),
    { numRuns: 1_000 },
  );
});

it("all dialects render lone surrogates and U+0000 of earlier releases as U+FFFD", async () => {
  const json = '{"\\ud800":["\\u0000",{"\\u0000":"\\udfff"}]}';
  const item: TableItem = {
    ...itemOf(anEvent({ org_id: org.org_id })),
    ...toStringAttributes({ entity_ref: "INV\u0000", text: "t\u0000", information: "i\u0000" }),
    ...toStringAttributes({ metadata: json, params: json, actor: '{"name":"A\\ud800"}' }),
    ...toStringAttributes({ changes: '{"\\ud800":{"old":"\\u0000","new":null}}' }),
    ...toStringAttributes({ related: '[{"entity_type":"CONTACT","entity_id":"c","entity_ref":"C\\u0000"}]' }),
  };
  const over = dialectsOver([item]);
  const { entity_id, occurred_at, event_id } = anEvent();
  const event = await createEventStore(createItemsTableClient([item]), "events").get(org.org_id, {
    entity_id,
    occurred_at,
    event_id,
  });
  const bodies = [
    await over.finzbooks(),
    await over.json(),
    await over.fakturoid(),
    renderPayload(event ?? anEvent(), aDeliveryMessage()),
  ];
  for (const body of bodies) {
    expect(body).toContain("\uFFFD");
    expect(hasOnlyStorableText(JSON.parse(body))).toBe(true);
  }
  const xml = await over.xml();
  expect(readActivitiesXml(xml)).toHaveLength(1);
  expect(xml).toContain("\uFFFD");
  expect(xml).not.toMatch(notXml);
  expect(over.damaged).toEqual([]);
});

it("damaged items are reported once per read, with their key", async () => {
  const poison: TableItem = itemOf(anEvent());
  Object.assign(poison, { metadata: { S: splices[0] ?? "" }, timeline: { S: "org_8f9a1c2d#x" } });
  const { finzbooks, damaged } = dialectsOver([poison]);
  expect(eventsIn(await finzbooks())).toEqual([]);
  const reason = "metadata is not valid";
  expect(damaged).toEqual([{ timeline: "org_8f9a1c2d#x", position: poison.position?.S, reason }]);
});
