import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import {
  type Delivery,
  type DeliveryMessage,
  deliveryIdAt,
  deliveryStatuses,
} from "#shared/webhooks/deliveries/delivery.ts";
import {
  aDeliveryAttempt,
  aDeliveryQuery,
  aFreshMessage,
  afterAttempt,
  anEndpointId,
  secondsLater,
} from "#test/support/webhooks/delivery-builders.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let real: WebhookStores;
beforeAll(async () => {
  real = createDynamodbStores(await createWebhookTables());
});

const leaseSeconds = 60;
const deliveryIds = ["a", "b"].map((entropy) => deliveryIdAt("2026-06-01T11:00:00.000Z", entropy));

/** Few values of each property, so that repeated, late and restarted messages collide. */
const attempt = fc.record({
  delivery_id: fc.constantFrom(...deliveryIds),
  cycle: fc.constantFrom(0, 0, 0, 5, 9),
  step: fc.integer({ min: 0, max: 2 }),
  resend: fc.boolean(),
  sequence: fc.constantFrom(null, 7),
});
/** Seconds between commands: some leases expire in between. */
const pause = fc.constantFrom(0, 1, 30, 60);

const command = fc.oneof(
  fc.record({ kind: fc.constant("claim"), attempt, pause }),
  fc.record({ kind: fc.constant("recordScheduled"), attempt, pause }),
  fc.record({
    kind: fc.constant("record"),
    /** Index of a granted claim, perhaps an old one. */
    claim: fc.nat(),
    status: fc.constantFrom(...deliveryStatuses),
    isSent: fc.boolean(),
    pause,
  }),
);

/** Returns everything that a reader can see. */
async function readAll({ deliveries }: WebhookStores, endpointId: string) {
  const lists = ([null, ...deliveryStatuses] as const).map((status) =>
    deliveries.page(aDeliveryQuery(endpointId, { status })),
  );
  const attempts = deliveryIds.map((id) => deliveries.attempts(endpointId, id));
  const statuses = deliveries.statuses(endpointId, deliveryIds);
  return { lists: await Promise.all(lists), attempts: await Promise.all(attempts), statuses: await statuses };
}

it("(property) the delivery store in memory behaves like the one in DynamoDB", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 14 }), async (commands) => {
      const memory = createMemoryStores();
      const endpointId = anEndpointId();
      const granted: Delivery[] = [];
      let now = secondsLater(0);
      const messageOf = (over: Partial<DeliveryMessage>) => aFreshMessage({ endpoint_id: endpointId, ...over });
      for (const step of commands) {
        now = new Date(now.getTime() + step.pause * 1000);
        if (step.kind === "claim") {
          const message = messageOf(step.attempt);
          const claim = await real.deliveries.claim(message, now, leaseSeconds);
          expect(await memory.deliveries.claim(message, now, leaseSeconds)).toEqual(claim);
          if (claim.kind === "claimed") granted.push(claim.delivery);
        } else if (step.kind === "recordScheduled") {
          const message = messageOf(step.attempt);
          const next = new Date(now.getTime() + 60_000).toISOString();
          for (const { deliveries } of [real, memory]) await deliveries.recordScheduled(message, now, next);
        } else {
          const delivery = granted[step.claim % granted.length];
          if (delivery === undefined) continue;
          const after = afterAttempt(delivery, step.status, step.isSent ? {} : { attempts: delivery.attempts - 1 });
          const sent = step.isSent ? aDeliveryAttempt(delivery.attempts, { at: now.toISOString() }) : null;
          for (const { deliveries } of [real, memory]) await deliveries.record(after, sent);
        }
        expect(await readAll(memory, endpointId)).toEqual(await readAll(real, endpointId));
      }
    }),
    { numRuns: 60, endOnFailure: false },
  );
});
