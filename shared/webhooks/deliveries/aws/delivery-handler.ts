import type { SQSRecord } from "aws-lambda";
import type { AuditEntry, AuditLog } from "#shared/audit/aws/audit-log.ts";
import { limitLine } from "#shared/audit/limit-line.ts";
import type { DeliveryLine } from "#shared/audit/line-types.ts";
import type { RecordResult } from "#shared/platform/handlers/sqs-handler.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";
import { type DeliveryBatchResult, deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
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
 * Handles the records of a batch. An invalid record fails alone. Deliveries that were given up are written to the audit
 * log; all other log lines are for operators.
 */
export async function handleDeliveryRecords(
  ports: DeliveryPorts,
  records: readonly SQSRecord[],
  auditLog: AuditLog,
): Promise<readonly RecordResult[]> {
  const parsed = await Promise.allSettled(records.map(async ({ body }) => parseDeliveryMessage(body)));
  const messages = parsed.flatMap((record) => (record.status === "fulfilled" ? [record.value] : []));
  const batch = await deliverBatch(ports, messages);
  report(batch, ports.now());
  const givenUp = messages.filter((_, at) => isGivenUp(batch.results[at]));
  await writeAuditLines(auditLog, givenUp, ports.now());
  const results = batch.results.values();
  return parsed.map((record) => (record.status === "rejected" ? record : toRecordResult(results.next().value)));
}

function report({ disabled, opened, deferred, errors }: DeliveryBatchResult, now: Date): void {
  for (const error of errors) log("error", "endpoint health not recorded", errorFields(error));
  for (const { message, reason } of deferred) {
    log("warn", "delivery deferred", { delivery_id: message.delivery_id, ...errorFields(reason) });
  }
  for (const endpoint_id of opened) {
    log("warn", "circuit opened", { endpoint_id });
    emitMetrics({ [metricNames.circuitsOpened]: 1 }, now);
  }
  for (const { endpoint, reason } of disabled) {
    log("warn", "endpoint disabled", { org_id: endpoint.org_id, endpoint_id: endpoint.endpoint_id, reason });
    emitMetrics({ [metricNames.endpointsDisabled]: 1 }, now);
  }
}

function isGivenUp(result: PromiseSettledResult<DeliveryOutcome> | undefined): boolean {
  return result?.status === "fulfilled" && result.value === "given_up";
}

/** The deliveries are recorded and not retried, so lines that CloudWatch does not accept in time go to the function's own log. */
async function writeAuditLines(auditLog: AuditLog, messages: readonly DeliveryMessage[], now: Date): Promise<void> {
  const lines = messages.map(({ org_id, endpoint_id, delivery_id, event }): DeliveryLine => {
    const ids = { org_id, endpoint_id, delivery_id, event_id: event?.event_id };
    return { time: now.toISOString(), message: "delivery", ...ids, outcome: "given_up" };
  });
  if (lines.length === 0) return;
  const entries = lines.map((line): AuditEntry => ({ time: now, text: limitLine(line, JSON.stringify(line)) }));
  await auditLog.put(entries).catch((error: unknown) => {
    log("error", "audit lines not written", { lines, ...errorFields(error) });
    emitMetrics({ [metricNames.auditLinesLost]: lines.length }, now);
  });
}

function toRecordResult(result: PromiseSettledResult<DeliveryOutcome> | undefined): RecordResult {
  if (result?.status === "fulfilled") return { status: "fulfilled", value: metricOf[result.value] };
  return { status: "rejected", reason: result?.reason };
}
