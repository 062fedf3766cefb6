import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, expect, it } from "vitest";
import { createIdempotencyStore } from "#shared/events/dynamodb/idempotency-store.ts";
import { testNow } from "#test/support/builders.ts";
import { createWebhookTables } from "#test/support/webhooks/webhook-stores.ts";

let engine: Awaited<ReturnType<typeof createWebhookTables>>;

beforeAll(async () => {
  engine = await createWebhookTables();
});

const pinOf = (writer: string | null, n: number) => ({
  event_id: `evt_${n}`,
  occurred_at: `2026-05-11T00:00:0${n}.000Z`,
  entity_id: "inv_1",
  writer,
});

it("claimKey stores a key once for all writers, and once more for each later writer", async () => {
  const store = createIdempotencyStore(engine.client, engine.tables.config);
  const pin = (writer: string | null, n: number, isOwn = false) =>
    store.claimKey("org_a", "key", pinOf(writer, n), { now: testNow, isOwn });
  expect(await pin("AROAONE", 1)).toEqual(pinOf("AROAONE", 1));
  expect(await pin("AROATWO", 2)).toEqual(pinOf("AROAONE", 1));
  expect(await pin("AROATWO", 3, true)).toEqual(pinOf("AROATWO", 3));
  expect(await pin("AROATWO", 4, true)).toEqual(pinOf("AROATWO", 3));
  expect(await pin("AROATHREE", 5, true)).toEqual(pinOf("AROATHREE", 5));
});

it("claimKey returns no writer for a record from before writers were recorded", async () => {
  const [event_id, occurred_at, entity_id] = ["evt_9", "2026-05-11T00:00:00.000Z", "inv_9"];
  const item = { pk: "pin#org_a#old", sk: "pin", event_id, occurred_at, entity_id };
  const Item = Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }]));
  await engine.client.send(new PutItemCommand({ TableName: engine.tables.config, Item }));
  const store = createIdempotencyStore(engine.client, engine.tables.config);
  const found = await store.claimKey("org_a", "old", pinOf("AROAONE", 1), { now: testNow, isOwn: false });
  expect(found).toEqual({ event_id, occurred_at, entity_id, writer: null });
});
