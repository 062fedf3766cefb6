import { beforeAll, expect, it } from "vitest";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { meterOf } from "#test/support/dynamodb/metering.ts";
import { unboundedHosts } from "#test/support/infra/destinations.ts";
import { noSuspendedOrgs } from "#test/support/memory/suspended-orgs.ts";
import {
  createDynamodbStores,
  createWebhookTables,
  type WebhookDatabase,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let database: WebhookDatabase;
let stores: WebhookStores;

beforeAll(async () => {
  database = await createWebhookTables();
  stores = createDynamodbStores(database);
});

/** Creates delivery ports whose receiver responds immediately. Endpoint and event cost nothing here. */
function deliveryPorts(slowLane: DeliveryQueue | null): DeliveryPorts {
  return {
    ...stores,
    endpoints: { get: async () => anEndpoint(), update: async () => false },
    events: { get: async () => anEvent() },
    queue: { send: async () => [] },
    slowLane,
    sendsPerOrg: 100,
    negativeCache: new NegativeCache(),
    hostRateLimiter: unboundedHosts,
    suspended: noSuspendedOrgs,
    encryption: { decrypt: async () => formatSigningSecret(new Uint8Array(32)) },
    send: async () => aSendResult({ headers: { date: "Mon, 01 Jun 2026 12:00:31 GMT", connection: "keep-alive" } }),
    now: () => testNow,
    random: () => 0,
    newId: () => "lease",
    sleep: async () => undefined,
  };
}

it("deliverBatch uses three write units for each delivery that succeeds at first, and two for the permits of the batch", async () => {
  const warm = aDeliveryMessage({ delivery_id: "dlv_warm" });
  await deliverBatch(deliveryPorts(null), [warm]);
  const units = meterOf(database.client);
  const batch = ["dlv_1", "dlv_2", "dlv_3"].map((delivery_id) => aDeliveryMessage({ delivery_id }));
  const { results } = await deliverBatch(deliveryPorts({ send: async () => [] }), batch);
  expect(results).toEqual(Array(3).fill({ status: "fulfilled", value: "succeeded" }));
  expect(units.reduce((sum, each) => sum + each, 0)).toBe(3 * batch.length + 2);
});
