import { beforeAll, describe, expect, it } from "vitest";
import {
  type DeliveryMessage,
  type DeliveryPage,
  type DeliveryQuery,
  deliveryIdAt,
} from "#shared/webhooks/deliveries/delivery.ts";
import { testNow } from "#test/support/builders.ts";
import {
  aDeliveryAttempt,
  aDeliveryQuery,
  aFreshMessage,
  afterAttempt,
  anEndpointId,
  claimedDelivery,
} from "#test/support/webhooks/delivery-builders.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let real: WebhookStores;
/** Stores whose pages end after one read. Reading all pages must still return every delivery. */
let storesOfOneRead: WebhookStores;
beforeAll(async () => {
  const database = await createWebhookTables();
  real = createDynamodbStores(database);
  storesOfOneRead = createDynamodbStores(database, 1);
});
const memory = createMemoryStores();

const minute = (n: number) => new Date(Date.UTC(2026, 5, 1, 12, n)).toISOString();
const types = ["invoice.sent", "bill.paid", "invoice.voided"];

/** Creates thirty deliveries, one each minute, of three types. Of each five, one failed, one is pending and three succeeded. */
async function createThirty({ deliveries }: WebhookStores): Promise<readonly DeliveryMessage[]> {
  const endpoint_id = anEndpointId();
  const messages = Array.from({ length: 30 }, (_, n) =>
    aFreshMessage({ endpoint_id, delivery_id: deliveryIdAt(minute(n), `${n}`), event_type: types[n % 3] ?? "" }),
  );
  await Promise.all(
    messages.map(async (message, n) => {
      const status = n % 5 === 0 ? "failed" : n % 5 === 1 ? "pending" : "succeeded";
      const delivery = claimedDelivery(await deliveries.claim(message, testNow, 60));
      await deliveries.record(afterAttempt(delivery, status), aDeliveryAttempt(1));
    }),
  );
  return messages;
}

/** Returns the ids of all pages. */
async function readAllPages({ deliveries }: WebhookStores, query: DeliveryQuery): Promise<string[]> {
  const seen: string[] = [];
  let after = query.after;
  do {
    const page: DeliveryPage = await deliveries.page({ ...query, after });
    expect(page.deliveries.length).toBeLessThanOrEqual(query.limit);
    seen.push(...page.deliveries.map(({ delivery_id }) => delivery_id));
    after = page.next;
  } while (after !== null);
  return seen;
}

describe.each([
  ["DynamoDB", () => real, () => storesOfOneRead],
  ["memory", () => memory, () => memory],
])("pages of the delivery store in %s", (_, stores, singleReadStores) => {
  it("contain each delivery once, newest first, with any filter and page size", async () => {
    const messages = await createThirty(stores());
    const [first] = messages;
    if (first === undefined) throw new Error("No delivery was created.");
    const filters: readonly [Partial<DeliveryQuery>, (n: number) => boolean][] = [
      [{}, () => true],
      [{ status: "failed" }, (n) => n % 5 === 0],
      [{ status: "pending" }, (n) => n % 5 === 1],
      [{ status: "succeeded" }, (n) => n % 5 > 1],
      [{ event_type: "bill.paid" }, (n) => n % 3 === 1],
      [{ status: "failed", event_type: "invoice.sent" }, (n) => n % 15 === 0],
      [{ status: "succeeded", event_type: "invoice.sent" }, (n) => n % 3 === 0 && n % 5 > 1],
      [{ since: minute(7), until: minute(12) }, (n) => n >= 7 && n <= 12],
      [{ status: "failed", since: minute(5), until: minute(10) }, (n) => n === 5 || n === 10],
      [{ since: minute(29) }, (n) => n === 29],
      [{ until: minute(0) }, (n) => n === 0],
      [{ since: minute(30) }, () => false],
      [{ since: minute(9), until: minute(8) }, () => false],
      [{ since: minute(9), after: messages[3]?.delivery_id ?? null }, () => false],
      [{ event_type: "journal.deleted" }, () => false],
    ];
    for (const [filter, matches] of filters) {
      const expected = messages.flatMap(({ delivery_id }, n) => (matches(n) ? [delivery_id] : [])).reverse();
      for (const limit of [1, 4, 100]) {
        expect(await readAllPages(singleReadStores(), aDeliveryQuery(first.endpoint_id, { ...filter, limit }))).toEqual(
          expected,
        );
      }
    }
  });

  it("have a cursor only when more deliveries follow", async () => {
    const [first] = await createThirty(stores());
    const page = (limit: number) => stores().deliveries.page(aDeliveryQuery(first?.endpoint_id ?? "", { limit }));
    expect((await page(30)).next).toBeNull();
    const most = await page(29);
    expect(most.next).toBe(most.deliveries.at(-1)?.delivery_id);
  });

  it("contain no delivery of another endpoint", async () => {
    await createThirty(stores());
    const endpoint_id = anEndpointId();
    for (const status of [null, "pending", "failed", "succeeded"] as const) {
      expect(await stores().deliveries.page(aDeliveryQuery(endpoint_id, { status }))).toEqual({
        deliveries: [],
        next: null,
      });
    }
  });
});
