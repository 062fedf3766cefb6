import type { SQSRecord } from "aws-lambda";
import type { DeliveryLine } from "../review/lines.ts";
import { deliver } from "../webhooks/deliver.ts";
import type { DeliveryWorld, Outcome } from "../webhooks/delivery-world.ts";
import type { RecordResult } from "./batch.ts";
import { readDeliveryMessage } from "./delivery-queue.ts";
import { errorFields, log } from "./log.ts";
import { count } from "./metrics.ts";
import { type Metric, metrics } from "./names.ts";

const metricOf: Readonly<Record<Outcome, Metric>> = {
  succeeded: metrics.deliveriesSucceeded,
  failed: metrics.deliveryAttemptsFailed,
  given_up: metrics.deliveriesGivenUp,
  parked: metrics.deliveriesParked,
  moved: metrics.deliveriesMoved,
  deferred: metrics.deliveriesDeferred,
  dropped: metrics.deliveriesDropped,
};

/** Delivers what the records of a batch ask for. A record that holds no message of ours fails alone. */
export async function deliverRecords(
  world: DeliveryWorld,
  records: readonly SQSRecord[],
): Promise<readonly RecordResult[]> {
  const readings = await Promise.allSettled(records.map(async ({ body }) => readDeliveryMessage(body)));
  const messages = readings.flatMap((reading) => (reading.status === "fulfilled" ? [reading.value] : []));
  const { results, disabled, opened, deferred, troubles } = await deliver(world, messages);
  for (const trouble of troubles) log("error", "health not recorded", errorFields(trouble));
  for (const { message, reason } of deferred) {
    log("warn", "delivery deferred", { delivery_id: message.delivery_id, ...errorFields(reason) });
  }
  for (const endpoint_id of opened) {
    log("warn", "circuit opened", { endpoint_id });
    count({ [metrics.circuitsOpened]: 1 }, world.now());
  }
  for (const { endpoint, reason } of disabled) {
    log("warn", "endpoint disabled", { org_id: endpoint.org_id, endpoint_id: endpoint.endpoint_id, reason });
    count({ [metrics.endpointsDisabled]: 1 }, world.now());
  }
  for (const [at, { org_id, endpoint_id, delivery_id, event }] of messages.entries()) {
    const result = results[at];
    if (result?.status !== "fulfilled" || result.value !== "given_up") continue;
    const line: DeliveryLine = {
      time: world.now().toISOString(),
      message: "delivery",
      org_id,
      endpoint_id,
      delivery_id,
      event_id: event?.event_id,
      outcome: result.value,
    };
    log("warn", "delivery", line);
  }
  const delivered = results.values();
  return readings.map((reading) => (reading.status === "rejected" ? reading : counted(delivered.next().value)));
}

function counted(result: PromiseSettledResult<Outcome> | undefined): RecordResult {
  if (result?.status === "fulfilled") return { status: "fulfilled", value: metricOf[result.value] };
  return { status: "rejected", reason: result?.reason };
}
