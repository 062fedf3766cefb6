import type { SQSRecord } from "aws-lambda";
import type { AuditEntry, AuditLog } from "#shared/audit/aws/audit-log.ts";
import { limitLine } from "#shared/audit/line-text.ts";
import type { DeliveryLine } from "#shared/audit/lines.ts";
import type { RecordResult } from "#shared/platform/handlers/sqs-handler.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryOutcome, DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { parseDeliveryMessage } from "./delivery-queue.ts";

const metricOf: Readonly<Record<DeliveryOutcome, MetricName>> = {
  succeeded: metricNames.deliveriesSucceeded,
  failed: metricNames.deliveryAttemptsFailed,
  given_up: metricNames.deliveriesGivenUp,
  rescheduled: metricNames.deliveriesRescheduled,
  moved: metricNames.deliveriesMoved,
  deferred: metricNames.deliveriesDeferred,
  dropped: metricNames.deliveriesDropped,
};

/**
 * Delivers what the records of a batch ask for. A record that holds no message of ours fails alone. Deliveries that were
 * given up are written to the audit log of requests; all else that is logged is for operators.
 */
export async function handleDeliveryRecords(
  world: DeliveryPorts,
  records: readonly SQSRecord[],
  accessLog: AuditLog,
): Promise<readonly RecordResult[]> {
  const readings = await Promise.allSettled(records.map(async ({ body }) => parseDeliveryMessage(body)));
  const messages = readings.flatMap((reading) => (reading.status === "fulfilled" ? [reading.value] : []));
  const { results, disabled, opened, deferred, troubles } = await deliverBatch(world, messages);
  for (const trouble of troubles) log("error", "health not recorded", errorFields(trouble));
  for (const { message, reason } of deferred) {
    log("warn", "delivery deferred", { delivery_id: message.delivery_id, ...errorFields(reason) });
  }
  for (const endpoint_id of opened) {
    log("warn", "circuit opened", { endpoint_id });
    emitMetrics({ [metricNames.circuitsOpened]: 1 }, world.now());
  }
  for (const { endpoint, reason } of disabled) {
    log("warn", "endpoint disabled", { org_id: endpoint.org_id, endpoint_id: endpoint.endpoint_id, reason });
    emitMetrics({ [metricNames.endpointsDisabled]: 1 }, world.now());
  }
  await writeGivenUp(
    accessLog,
    messages.filter((_, at) => isGivenUp(results[at])),
    world.now(),
  );
  const delivered = results.values();
  return readings.map((reading) => (reading.status === "rejected" ? reading : counted(delivered.next().value)));
}

function isGivenUp(result: PromiseSettledResult<DeliveryOutcome> | undefined): boolean {
  return result?.status === "fulfilled" && result.value === "given_up";
}

/** The deliveries are recorded by now and cannot come again: lines that CloudWatch does not take in time go to the own log. */
async function writeGivenUp(accessLog: AuditLog, messages: readonly DeliveryMessage[], now: Date): Promise<void> {
  const lines = messages.map(({ org_id, endpoint_id, delivery_id, event }): DeliveryLine => {
    const ids = { org_id, endpoint_id, delivery_id, event_id: event?.event_id };
    return { time: now.toISOString(), message: "delivery", ...ids, outcome: "given_up" };
  });
  if (lines.length === 0) return;
  const entries = lines.map((line): AuditEntry => ({ time: now, text: limitLine(line, JSON.stringify(line)) }));
  await accessLog.put(entries).catch((error: unknown) => {
    log("error", "audit lines not written", { lines, ...errorFields(error) });
    emitMetrics({ [metricNames.auditLinesLost]: lines.length }, now);
  });
}

function counted(result: PromiseSettledResult<DeliveryOutcome> | undefined): RecordResult {
  if (result?.status === "fulfilled") return { status: "fulfilled", value: metricOf[result.value] };
  return { status: "rejected", reason: result?.reason };
}
