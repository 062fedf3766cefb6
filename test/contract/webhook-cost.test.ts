import { beforeAll, expect, it } from "vitest";
import { deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { writeSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { Refusals } from "#shared/webhooks/limits/refusals.ts";
import { aDeliveryMessage, anEndpoint, anEvent, anExchange, testNow } from "#test/support/builders.ts";
import { unboundedHosts } from "#test/support/destinations.ts";
import { meterOf } from "#test/support/metering.ts";
import { noneSuspended } from "#test/support/suspended.ts";
import { type Engine, startTables, storesIn, type WebhookStores } from "#test/support/webhook-fixtures.ts";

let engine: Engine;
let stores: WebhookStores;

beforeAll(async () => {
  engine = await startTables();
  stores = storesIn(engine);
});

/** The world of a sender whose receiver answers at once; endpoint and event come for nothing here. */
function aWorld(slowLane: DeliveryQueue | null): DeliveryWorld {
  return {
    ...stores,
    endpoints: { get: async () => anEndpoint(), update: async () => false },
    events: { get: async () => anEvent() },
    queue: { send: async () => [] },
    slowLane,
    sendsPerOrg: 100,
    refusals: new Refusals(),
    destinations: unboundedHosts,
    suspended: noneSuspended,
    box: { open: async () => writeSecret(new Uint8Array(32)) },
    send: async () => anExchange({ headers: { date: "Mon, 01 Jun 2026 12:00:31 GMT", connection: "keep-alive" } }),
    now: () => testNow,
    random: () => 0,
    newId: () => "lease",
    sleep: async () => undefined,
  };
}

it("a delivery that succeeds at once costs three write units, and its batch two for the slots", async () => {
  const warm = aDeliveryMessage({ delivery_id: "dlv_warm" });
  await deliver(aWorld(null), [warm]);
  const units = meterOf(engine.client);
  const batch = ["dlv_1", "dlv_2", "dlv_3"].map((delivery_id) => aDeliveryMessage({ delivery_id }));
  const { results } = await deliver(aWorld({ send: async () => [] }), batch);
  expect(results).toEqual(Array(3).fill({ status: "fulfilled", value: "succeeded" }));
  expect(units.reduce((sum, each) => sum + each, 0)).toBe(3 * batch.length + 2);
});
