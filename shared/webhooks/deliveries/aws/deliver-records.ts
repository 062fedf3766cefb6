import type { SQSRecord } from "aws-lambda";
import type { AuditEntry, AuditLog } from "#shared/audit/aws/audit-log.ts";
import { lineWithinLimit } from "#shared/audit/line-text.ts";
import type { DeliveryLine } from "#shared/audit/lines.ts";
import type { RecordResult } from "#shared/platform/handlers/sqs-handler.ts";
import { type Metric, metrics } from "#shared/platform/names.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { count } from "#shared/platform/observability/metrics.ts";
import { deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryWorld, Outcome } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { readDeliveryMessage } from "./delivery-queue.ts";

const metricOf: Readonly<Record<Outcome, Metric>> = {
  succeeded: metrics.deliveriesSucceeded,
  failed: metrics.deliveryAttemptsFailed,
  given_up: metrics.deliveriesGivenUp,
  parked: metrics.deliveriesParked,
  moved: metrics.deliveriesMoved,
  deferred: metrics.deliveriesDeferred,
  dropped: metrics.deliveriesDropped,
};

/**
 * Delivers what the records of a batch ask for. A record that holds no message of ours fails alone. Deliveries that were
 * given up are written to the audit log of requests; all else that is logged is for operators.
 */
export async function deliverRecords(
  world: DeliveryWorld,
  records: readonly SQSRecord[],
  accessLog: AuditLog,
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
  await writeGivenUp(
    accessLog,
    messages.filter((_, at) => isGivenUp(results[at])),
    world.now(),
  );
  const delivered = results.values();
  return readings.map((reading) => (reading.status === "rejected" ? reading : counted(delivered.next().value)));
}

function isGivenUp(result: PromiseSettledResult<Outcome> | undefined): boolean {
  return result?.status === "fulfilled" && result.value === "given_up";
}

/** The deliveries are recorded by now and cannot come again: lines that CloudWatch does not take in time go to the own log. */
async function writeGivenUp(accessLog: AuditLog, messages: readonly DeliveryMessage[], now: Date): Promise<void> {
  const lines = messages.map(({ org_id, endpoint_id, delivery_id, event }): DeliveryLine => {
    const ids = { org_id, endpoint_id, delivery_id, event_id: event?.event_id };
    return { time: now.toISOString(), message: "delivery", ...ids, outcome: "given_up" };
  });
  if (lines.length === 0) return;
  const entries = lines.map((line): AuditEntry => ({ time: now, text: lineWithinLimit(line, JSON.stringify(line)) }));
  await accessLog.put(entries).catch((error: unknown) => {
    log("error", "audit lines not written", { lines, ...errorFields(error) });
    count({ [metrics.auditLinesLost]: lines.length }, now);
  });
}

function counted(result: PromiseSettledResult<Outcome> | undefined): RecordResult {
  if (result?.status === "fulfilled") return { status: "fulfilled", value: metricOf[result.value] };
  return { status: "rejected", reason: result?.reason };
}
