import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { evaluateQuery } from "#shared/audit/evaluate-query.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { unknownOrgLog } from "#shared/ledger/chunk.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { auditLines } from "#test/support/audit-lines.ts";
import { anEvent } from "#test/support/builders.ts";
import { damages } from "#test/support/events/hostile-items.ts";
import type { Tenant } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";
import { startReceiver } from "#test/support/webhooks/receiver.ts";
import {
  isSettled,
  newEventId,
  receivedEvent,
  startWebhooksStack,
  type WebhooksStack,
} from "#test/support/webhooks/webhooks-stack.ts";

let stack: WebhooksStack;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  stack = await startWebhooksStack();
  documents = DynamoDBDocumentClient.from(stack.dynamodb);
});

/** Puts an item like a service: in a transaction, by `PutItem`. */
async function put(Item: Record<string, unknown>): Promise<void> {
  const TransactItems = [{ Put: { TableName: stack.tables.events, Item } }];
  await documents.send(new TransactWriteCommand({ TransactItems }));
}

const listed = z.object({ activity: z.array(z.object({ event_id: z.string(), occurred_at: z.string() })) });

async function shownTo({ headers }: Tenant) {
  const answer = await stack.get("/api/public/v1/activity", headers);
  return listed.parse(await answer.json()).activity;
}

/** Returns every kind of damage of an organisation's event, each under an entity of its own. */
async function attack(org_id: string, round: number): Promise<string[]> {
  const ids = damages.map((_, at) => `damaged_${org_id}_${round}_${at}`);
  for (const [at, entity_id] of ids.entries()) {
    const now = new Date().toISOString();
    const event = anEvent({ org_id, event_id: newEventId(), entity_id, occurred_at: now, recorded_at: now });
    await put(damages[at]?.(toEventItem(event)) ?? {});
  }
  return ids;
}

/** Counts the entries for damaged items in the ledger: some name no organisation. */
async function countTamperEntries(orgId: string): Promise<number> {
  const ledger = createLedgerStore(stack.dynamodb, stack.tables.ledger ?? "");
  const logs = [orgId, unknownOrgLog].map((log) => ledger.listChunks(log, { from: 0 }));
  const entries = (await Promise.all(logs)).flatMap(({ chunks }) => chunks.flatMap((chunk) => chunk.entries));
  return entries.filter(({ kind }) => kind === "tamper").length;
}

describe("a hostile writer of damaged items", () => {
  it("delays no webhook or list of any organisation by more than 5 s, and forges none", async () => {
    const [victim, other] = [await stack.subscriber(), await stack.subscriber()];
    const [receiver, another] = [await startReceiver(), await startReceiver()];
    await victim.subscribe(receiver.url);
    await other.subscribe(another.url);
    await stack.waitForEndpointChanges();
    const before = await stack.deadLetterCounts();

    const damaged: string[] = [];
    const sent: string[] = [];
    for (let round = 0; round < 5; round++) {
      damaged.push(...(await attack(victim.org_id, round)));
      const started = Date.now();
      const ids = [await victim.emit(), await other.emit()];
      sent.push(...ids);
      const loggedIds = () =>
        [receiver, another].flatMap(({ requests }) => requests.map((one) => receivedEvent(one).event_id));
      await until(() => ids.every((id) => loggedIds().includes(id)), { deadlineMs: 20_000 });
      expect(Date.now() - started).toBeLessThan(5_000 * slowness());
    }
    await stack.waitForEmptyDeliveryQueues();
    const events = [receiver, another].flatMap(({ requests }) => requests.map((one) => receivedEvent(one).event_id));
    expect(new Set(events)).toEqual(new Set(sent));

    const feed = await stack.get("/api/public/v1/activity?limit=3", victim.headers);
    expect(feed.status).toBe(200);
    expect(await feed.json()).toMatchObject({ page_context: { returned: 3, has_more_page: true } });
    const shown = await shownTo(victim);
    expect(shown.filter(({ event_id }) => sent.includes(event_id))).toHaveLength(5);

    const query = savedQueries.find(({ name }) => name === "tampering");
    if (query === undefined) throw new Error("There is no such query.");
    const window = { since: "0001", until: "9999", org: victim.org_id };
    const rows = () =>
      new Set(evaluateQuery(query, {}, window, auditLines(stack, "events")).map((row) => row.entity_id));
    await until(() => damaged.every((id) => rows().has(id)));
    await until(async () => (await countTamperEntries(victim.org_id)) === damaged.length);
    expect(await stack.deadLetterCounts()).toEqual(before);
  });

  it("ends a delivery whose event it replaced, with the reason", async () => {
    const subscriber = await stack.subscriber();
    const receiver = await startReceiver({ behaviour: (response) => response.writeHead(500).end() });
    const subscription = await subscriber.subscribe(receiver.url);
    await stack.waitForEndpointChanges();
    const eventId = await subscriber.emit({ entity_id: "inv_replaced" });
    await until(() => receiver.requests.length > 0);
    const { occurred_at = "" } = (await shownTo(subscriber)).find(({ event_id }) => event_id === eventId) ?? {};
    const time = new Date(occurred_at).toISOString();
    const event = anEvent({
      org_id: subscriber.org_id,
      event_id: eventId,
      entity_id: "inv_replaced",
      occurred_at: time,
    });
    const Item = { ...toEventItem(event), metadata: '{}},"org_id":"other","x":{"y":{}' };
    await documents.send(new PutCommand({ TableName: stack.tables.events, Item }));
    const sent = receiver.requests.length;
    const [{ delivery_id } = { delivery_id: "" }] = await subscriber.deliveries(subscription);
    await subscriber.request("POST", `/endpoints/${subscription.endpoint_id}/deliveries/${delivery_id}/retry`);
    const delivery = await subscriber.delivery(subscription, eventId, isSettled);
    expect(delivery).toMatchObject({ status: "failed", reason: "event_unreadable", next_attempt_at: null });
    expect(receiver.requests.length).toBe(sent);
  });
});
