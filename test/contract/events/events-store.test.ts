import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { type AppendStore, append } from "#shared/events/append.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-put.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createIdempotencyStore } from "#shared/events/dynamodb/idempotency-store.ts";
import type { Position } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { type EventPage, projectableFields } from "#shared/events/query/query.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { anInput, aQuery } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { itemBytes, meterOf } from "#test/support/dynamodb/metering.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
let store: AppendStore;
let orgs = 0;

beforeAll(async () => {
  stack = await startStack();
  store = {
    ...stack.events,
    ...createIdempotencyStore(stack.dynamodb, stack.tables.config ?? ""),
  };
});

const anOrg = () => `org_store_${orgs++}`;
const draft = (input: EventInput, entropy = "one") => parseEventValue(input, { now: new Date(), entropy });

async function stored(org_id: string) {
  return (await stack.events.readPage(aQuery({ org_id, projection: projectableFields, limit: 500 }))).events;
}

describe("append to the event store", () => {
  it("stores every field as written, JSON text to the byte", async () => {
    const org_id = anOrg();
    const full = draft({
      ...anInput({ org_id }),
      entity_ref: "INV-1",
      actor_user_id: "usr_1",
      actor: { name: "Zoë", email: null },
      changes: { b: { old: 1, new: { z: 1, a: [null, "\u0001"] } }, a: { old: null, new: 1.5 } },
      metadata: JSON.parse('{"z":1,"__proto__":{"x":1},"a":"🧾"}'),
      related: [{ entity_type: "CONTACT", entity_id: "con_1" }],
      text: "Sent",
      information: "",
      params: { email: "a@b.c" },
    });
    expect(await append(store, full)).toBe("appended");
    expect(await stored(org_id)).toEqual([full.event]);
  });

  it("changes nothing when it is repeated", async () => {
    const org_id = anOrg();
    expect(await append(store, draft(anInput({ org_id, metadata: { a: 1, b: 2 } })))).toBe("appended");
    expect(await append(store, draft(anInput({ org_id, metadata: { b: 2, a: 1 } })))).toBe("repeated");
    expect(await stored(org_id)).toHaveLength(1);
  });

  it("throws a conflict when the same identity has different content", async () => {
    const org_id = anOrg();
    await append(store, draft(anInput({ org_id, entity_ref: "one" })));
    expect(await catchRejection(append(store, draft(anInput({ org_id, entity_ref: "two" }))))).toMatchObject({
      code: "conflict",
    });
    expect(await stored(org_id)).toMatchObject([{ entity_ref: "one" }]);
  });

  it("costs 5 write units for a 700-byte event with an actor and a contact: one per key", async () => {
    const input = anInput({
      org_id: anOrg(),
      actor_user_id: "usr_1",
      entity_ref: "INV-2026-0042",
      related: [{ entity_type: "CONTACT", entity_id: "con_1" }],
      metadata: { note: "" },
    });
    input.metadata = { note: "x".repeat(700 - JSON.stringify(input).length) };
    expect(JSON.stringify(input)).toHaveLength(700);
    const put = buildEventPut(stack.tables.events ?? "", draft(input).event);
    const { ConsumedCapacity } = await stack.dynamodb.send(
      new PutItemCommand({ ...put, Item: toStringAttributes(put.Item), ReturnConsumedCapacity: "INDEXES" }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBe(5);
    expect(Object.keys(ConsumedCapacity?.GlobalSecondaryIndexes ?? {}).sort()).toEqual([
      "by_actor",
      "by_contact",
      "by_time",
      "by_type",
    ]);
  });
});

describe("append with an idempotency key to the event store", () => {
  const attempt = (org_id: string, n: number, over: Partial<EventInput> = {}) =>
    draft(
      anInput({
        org_id,
        idempotency_key: "k",
        occurred_at: `2026-05-11T08:30:${String(n % 60).padStart(2, "0")}Z`,
        ...over,
      }),
      `${n}`,
    );

  it("stores one event for 100 concurrent attempts with different times", async () => {
    const org_id = anOrg();
    const outcomes = await Promise.all(Array.from({ length: 100 }, (_, n) => append(store, attempt(org_id, n))));
    expect(outcomes.filter((outcome) => outcome === "appended")).toHaveLength(1);
    expect(await stored(org_id)).toHaveLength(1);
  });

  it("completes an attempt that failed between its two writes, with the time of the first", async () => {
    const org_id = anOrg();
    const crashing: AppendStore = { ...store, put: () => Promise.reject(new Error("killed")) };
    await expect(append(crashing, attempt(org_id, 1))).rejects.toThrow("killed");
    expect(await stored(org_id)).toHaveLength(0);
    expect(await append(store, attempt(org_id, 2))).toBe("appended");
    expect(await append(store, attempt(org_id, 3))).toBe("repeated");
    expect(await stored(org_id)).toMatchObject([{ occurred_at: "2026-05-11T08:30:01.000Z" }]);
  });

  it("throws a conflict when the content or the entity differs", async () => {
    const org_id = anOrg();
    await append(store, attempt(org_id, 1));
    expect(await catchRejection(append(store, attempt(org_id, 2, { entity_ref: "x" })))).toMatchObject({
      code: "conflict",
    });
    expect(await catchRejection(append(store, attempt(org_id, 3, { entity_id: "inv_2" })))).toMatchObject({
      code: "conflict",
    });
    expect(await stored(org_id)).toHaveLength(1);
  });
});

describe("readPage of the event store", () => {
  it("costs for a page of 20 what its bytes cost, with any single filter", async () => {
    const org_id = anOrg();
    const event = (n: number) =>
      anInput({
        org_id,
        entity_id: "inv_1",
        actor_user_id: "usr_1",
        entity_ref: `INV-${n}`,
        metadata: { note: "x".repeat(400) },
        action: "INVOICE_PAID",
        related: [{ entity_type: "CONTACT", entity_id: "con_1" }],
      });
    await Promise.all(Array.from({ length: 60 }, (_, n) => append(store, draft(event(n), `${n}`))));
    const filters = [
      {},
      { entity_type: "INVOICE" },
      { entity_id: "inv_1" },
      { actor_user_id: "usr_1" },
      { contact_id: "con_1" },
      { payment_status: "paid" },
    ] as const;
    for (const filter of filters) {
      const client = stack.newClient();
      const units = meterOf(client);
      const { events } = await createEventStore(client, stack.tables.events ?? "").readPage(
        aQuery({ org_id, projection: projectableFields, limit: 20, ...filter }),
      );
      expect(events).toHaveLength(20);
      const bytes = events.reduce((sum, event) => sum + itemBytes(event), 0);
      expect(units).toHaveLength(1);
      expect(units[0]).toBeLessThanOrEqual(1.25 * (Math.ceil(bytes / 4096) / 2));
    }
  });

  it("makes one call per shard for 16 shards, and costs at most three times the units of one shard", async () => {
    const [whole, sharded] = [anOrg(), anOrg()];
    const spend = async (org_id: string, count: 1 | 16) => {
      const client = stack.newClient();
      const shards = { countToRead: () => count, countToWrite: () => count };
      const log = createEventStore(client, stack.tables.events ?? "", { shards });
      const events = Array.from({ length: 300 }, (_, n) =>
        draft(anInput({ org_id, entity_id: `inv_${n}`, metadata: { note: "x".repeat(500) } }), `${n}`),
      );
      await Promise.all(events.map(({ event }) => log.put(event)));
      const units = meterOf(client);
      expect((await log.readPage(aQuery({ org_id, limit: 100 }))).events).toHaveLength(100);
      return units;
    };
    const [one, several] = [await spend(whole, 1), await spend(sharded, 16)];
    const sum = (units: readonly number[]) => units.reduce((total, unit) => total + unit, 0);
    expect(one).toHaveLength(1);
    expect(several.length).toBeGreaterThanOrEqual(16);
    expect(several.length).toBeLessThanOrEqual(18);
    expect(sum(several)).toBeLessThanOrEqual(3 * sum(one));
  });

  it("reports the units of each read to its meter, and starts no read that the meter rejects", async () => {
    const org_id = anOrg();
    const event = (n: number) => anInput({ org_id, entity_id: `inv_${n}`, metadata: { note: "x".repeat(2_000) } });
    await Promise.all(Array.from({ length: 40 }, (_, n) => append(store, draft(event(n), `${n}`))));
    const client = stack.newClient();
    const units = meterOf(client);
    const noted: number[] = [];
    const meter = { next: async () => undefined, add: (more: number) => void noted.push(more) };
    const query = aQuery({ org_id, limit: 1, entity_type: "INVOICE", actor_user_id: "usr_unknown" });
    await createEventStore(client, stack.tables.events ?? "").readPage(
      { ...query, actor_user_id: null, limit: 20 },
      meter,
    );
    expect(noted).toEqual(units);
    expect(noted[0]).toBeGreaterThan(4);

    const full = new ActivityError("rate_limited", "No more.");
    const refusing = { ...meter, next: () => Promise.reject(full) };
    const calls = units.length;
    expect(await catchRejection(createEventStore(client, stack.tables.events ?? "").readPage(query, refusing))).toBe(
      full,
    );
    expect(units).toHaveLength(calls);
  });

  it("ends a page by the size of all fields that it reads", async () => {
    const org_id = anOrg();
    const long = "x".repeat(3_500);
    const heavy = {
      metadata: { note: long },
      params: { note: long },
      text: long,
      information: long,
      actor: { name: long.slice(0, 200) },
    };
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        append(store, draft(anInput({ org_id, entity_id: `inv_${n}`, ...heavy }), `${n}`)),
      ),
    );
    const bounded = createEventStore(stack.newClient(), stack.tables.events ?? "", {
      budget: { reads: 8, bytes: 100_000 },
    });
    const page = (parts: typeof projectableFields | []) =>
      bounded.readPage(aQuery({ org_id, projection: parts, limit: 500 }));
    const shown = 2 * 3_500 + 4_608;
    expect((await page([])).events).toHaveLength(Math.floor(100_000 / (shown + 2 * '{"note":""}'.length + 1)));
    const { events, next } = await page(projectableFields);
    expect(events.length).toBeLessThanOrEqual(3);
    expect(events.length).toBeGreaterThan(0);
    expect(next).not.toBeNull();
  });

  it("stops after a bounded number of reads with the events so far and a next position", async () => {
    const org_id = anOrg();
    const event = (n: number) =>
      anInput({ org_id, entity_id: `inv_${n}`, actor_user_id: "usr_busy", entity_type: n === 0 ? "BILL" : "INVOICE" });
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => append(store, draft(event(n), String(n).padStart(3, "0")))),
    );
    const client = stack.newClient();
    const units = meterOf(client);
    const bounded = createEventStore(client, stack.tables.events ?? "", { budget: { reads: 2, bytes: 5_000_000 } });
    const query = aQuery({ org_id, limit: 1, actor_user_id: "usr_busy", entity_type: "BILL" });
    const found: string[] = [];
    let pages = 0;
    for (let after: Position | null = null; ; pages++) {
      const page: EventPage = await bounded.readPage({ ...query, after });
      found.push(...page.events.map(({ entity_id }) => entity_id));
      after = page.next;
      if (after === null) break;
    }
    expect(found).toEqual(["inv_0"]);
    expect(units.length).toBeLessThanOrEqual(2 * (pages + 1));
    expect(pages).toBeGreaterThan(5);
  });

  it("omits an item that the log did not write", async () => {
    const org_id = anOrg();
    const { event } = draft(anInput({ org_id }));
    const put = buildEventPut(stack.tables.events ?? "", { ...event, metadata: event.metadata });
    const { metadata: _, ...damaged } = put.Item;
    await stack.dynamodb.send(new PutItemCommand({ ...put, Item: toStringAttributes(damaged) }));
    expect(await stack.events.readPage(aQuery({ org_id }))).toEqual({ events: [], next: null });
  });
});
