import { ActivityError } from "#shared/errors.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { disableEndpoint } from "#shared/webhooks/endpoints/disable-endpoint.ts";
import type { Endpoint, SystemDisabledReason } from "#shared/webhooks/endpoints/endpoint.ts";
import { countsAsFailure } from "#shared/webhooks/limits/circuit-breaker.ts";
import { acquirePermits, releasePermits, type SendPermits } from "#shared/webhooks/limits/concurrency-limiter.ts";
import { type AttemptReport, attemptDelivery } from "./attempt-delivery.ts";
import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryOutcome, DeliveryPorts } from "./delivery-ports.ts";
import { type DeliveryTarget, decryptTarget } from "./delivery-target.ts";
import { giveUp, rescheduleForCircuit, rescheduleForLimit } from "./reschedule.ts";
import { moveToSlowLane, partitionMessages } from "./slow-lane.ts";

/**
 * No further request starts after this time: one that hangs must end within the timeout of the function, and a lease of
 * requests of up to a second must end before they seem to hang.
 */
const startWithinMs = 4_000;

/** A rejected promise is a batch item failure: SQS delivers the message again. */
type DeliveryResult = PromiseSettledResult<DeliveryOutcome>;

export type DisabledEndpoint = { readonly endpoint: Endpoint; readonly reason: SystemDisabledReason };

export type DeliveryBatchResult = {
  /** In the order of the messages. */
  readonly results: readonly DeliveryResult[];
  readonly disabled: readonly DisabledEndpoint[];
  /** Ids of the endpoints whose circuit opened. */
  readonly opened: readonly string[];
  /** Messages that were deferred by a transient error. */
  readonly deferred: readonly { readonly message: DeliveryMessage; readonly reason: unknown }[];
  /** Errors after all attempts of an endpoint were recorded, so that no message needs to be received again. */
  readonly errors: readonly unknown[];
};

type Batch = {
  readonly ports: DeliveryPorts;
  readonly startedAt: number;
  readonly results: Map<DeliveryMessage, DeliveryResult>;
};

/**
 * Delivers messages: to all their endpoints concurrently, and to each within its permits. Messages that fail with a
 * transient error are enqueued again with a delay, which uses up no receive of the queue.
 */
export async function deliverBatch(
  ports: DeliveryPorts,
  messages: readonly DeliveryMessage[],
): Promise<DeliveryBatchResult> {
  const batch: Batch = { ports, startedAt: ports.now().getTime(), results: new Map() };
  const disabled: DisabledEndpoint[] = [];
  const opened: string[] = [];
  const errors: unknown[] = [];
  const deliverGroup = async (group: readonly DeliveryMessage[]) => {
    try {
      const report = await deliverToEndpoint(batch, group);
      if (report.disabled !== null) disabled.push(report.disabled);
      if (report.opened !== null) opened.push(report.opened);
    } catch (reason) {
      const unsettled = group.filter((message) => !batch.results.has(message));
      for (const message of unsettled) batch.results.set(message, { status: "rejected", reason });
      if (unsettled.length === 0) errors.push(reason);
    }
  };
  const { slow, busy, others } = partitionMessages(ports, messages);
  const groups = Map.groupBy(others, ({ org_id, endpoint_id }) => `${org_id} ${endpoint_id}`);
  const moved = moveToSlowLane(ports, slow);
  await Promise.all([
    ...slow.map((message) => settle(batch, message, moved)),
    ...busy.map((message) => settle(batch, message, rescheduleForLimit(ports, message, null))),
    ...[...groups.values()].map(deliverGroup),
  ]);
  return { ...(await deferTransient(batch, messages)), disabled, opened, errors };
}

/** Enqueues messages again that failed with a transient error. If that fails, too, they stay batch item failures. */
async function deferTransient({ ports, results }: Batch, messages: readonly DeliveryMessage[]) {
  const deferred: { message: DeliveryMessage; reason: unknown }[] = [];
  const settleOrDefer = async (message: DeliveryMessage): Promise<DeliveryResult> => {
    const result = results.get(message) ?? unsettledResult;
    if (result.status === "fulfilled" || !isTransient(result.reason)) return result;
    const [rescheduled] = await Promise.allSettled([rescheduleForLimit(ports, message, null)]);
    if (rescheduled.status === "rejected") return result;
    deferred.push({ message, reason: result.reason });
    return rescheduled.value === "rescheduled" ? { status: "fulfilled", value: "deferred" } : rescheduled;
  };
  return { results: await Promise.all(messages.map(settleOrDefer)), deferred };
}

const unsettledResult: DeliveryResult = { status: "rejected", reason: new Error("The message was not processed.") };

function isTransient(reason: unknown): boolean {
  return reason instanceof ActivityError && reason.code === "unavailable";
}

async function settle(batch: Batch, message: DeliveryMessage, work: Promise<DeliveryOutcome>): Promise<void> {
  const [result] = await Promise.allSettled([work]);
  batch.results.set(message, result);
}

type EndpointReport = { readonly disabled: DisabledEndpoint | null; readonly opened: string | null };

/** Delivers the messages of one endpoint, and disables it if the responses say so. */
async function deliverToEndpoint(batch: Batch, group: readonly DeliveryMessage[]): Promise<EndpointReport> {
  const { ports } = batch;
  const unchanged = { disabled: null, opened: null };
  const [first] = group;
  if (first === undefined) return unchanged;
  const [endpoint, suspended] = await Promise.all([
    ports.endpoints.get(first.org_id, first.endpoint_id),
    ports.suspended.current(),
  ]);
  const isSuspended = suspended.has(first.org_id);
  // Tests are sent to a disabled endpoint, too: its owner tests it before enabling it again.
  const isDeliverable = ({ event }: DeliveryMessage) =>
    endpoint !== null && !isSuspended && (endpoint.disabled === null || event === null);
  const reason = endpoint === null ? "endpoint_deleted" : isSuspended ? "org_suspended" : "endpoint_disabled";
  const undeliverable = group.filter((message) => !isDeliverable(message));
  await Promise.all(undeliverable.map((message) => settle(batch, message, giveUp(ports, message, reason))));
  const deliverable = group.filter(isDeliverable);
  if (endpoint === null || deliverable.length === 0) return unchanged;

  const target = await decryptTarget(ports, endpoint);
  const manual = deliverable.filter(({ urgent }) => urgent);
  const regular = deliverable.filter(({ urgent }) => !urgent);
  // Await both before rethrowing: otherwise SQS would redeliver a message that is still being sent.
  const runs = await Promise.allSettled([
    deliverWithinLimit(batch, endpoint, target, manual),
    deliverWithinLimit(batch, endpoint, target, regular),
  ]);
  const reports = runs.map((run) => {
    if (run.status === "rejected") throw run.reason;
    return run.value;
  });
  const opened = reports.some((report) => report.opened) ? endpoint.endpoint_id : null;
  const disableReason = reports.find((report) => report.disableReason !== null)?.disableReason ?? null;
  if (disableReason === null || endpoint.disabled !== null) return { disabled: null, opened };
  const isDisabled = await disableEndpoint(ports, endpoint, disableReason);
  return { disabled: isDisabled ? { endpoint, reason: disableReason } : null, opened };
}

type RunReport = { readonly disableReason: SystemDisabledReason | null; readonly opened: boolean };

/** Delivers as many messages as there are permits, concurrently, and reschedules the rest or moves all to the slow lane. */
async function deliverWithinLimit(
  batch: Batch,
  endpoint: Endpoint,
  target: DeliveryTarget,
  messages: readonly DeliveryMessage[],
): Promise<RunReport> {
  const { ports } = batch;
  const [first] = messages;
  if (first === undefined) return { disableReason: null, opened: false };
  const permits = await acquirePermits(ports, endpoint, { count: messages.length, isManual: first.urgent });
  if (permits.endpoint.kind === "slow") {
    const moved = moveToSlowLane(ports, messages);
    await Promise.all(messages.map((message) => settle(batch, message, moved)));
    return { disableReason: null, opened: false };
  }
  const sent = await sendAll(batch, target, messages, permits);
  const { hasFailedTooLong, opened } = await releasePermits(ports, endpoint, permits, sent);
  if (sent.some(({ gone }) => gone)) return { disableReason: "gone", opened };
  return { disableReason: hasFailedTooLong ? "failing" : null, opened };
}

type Sent = NonNullable<AttemptReport["sent"]>;

/** Sends messages one after another, as many at the same time as there are permits, and reschedules the rest. */
async function sendAll(
  batch: Batch,
  target: DeliveryTarget,
  messages: readonly DeliveryMessage[],
  permits: SendPermits,
): Promise<readonly Sent[]> {
  const { ports, startedAt } = batch;
  const sent: Sent[] = [];
  const send = async (message: DeliveryMessage) => {
    const { hostRateLimiter } = ports;
    if (!(await hostRateLimiter.tryAcquire(target.host, message.org_id))) {
      return rescheduleForLimit(ports, message, hostRateLimiter.windowEnd());
    }
    const report = await attemptDelivery(ports, target, message);
    if (report.sent !== null) sent.push(report.sent);
    return report.outcome;
  };
  // Stop after a failure: the remaining messages must see the updated circuit. Stop also if the endpoint is gone.
  const isOver = () =>
    sent.some((attempt) => countsAsFailure(attempt) || attempt.gone) ||
    ports.now().getTime() - startedAt > startWithinMs;
  // Without a permit, all are rescheduled concurrently.
  await mapWithConcurrency(messages, permits.count || messages.length, (message) => {
    const canSend = permits.count > 0 && !isOver();
    return settle(batch, message, canSend ? send(message) : rescheduleUnsent(ports, message, permits));
  });
  return sent;
}

function rescheduleUnsent(ports: DeliveryPorts, message: DeliveryMessage, { endpoint }: SendPermits) {
  if (endpoint.kind === "circuit_open") return rescheduleForCircuit(ports, message, endpoint.until);
  return rescheduleForLimit(ports, message, endpoint.kind === "paused" ? endpoint.until : null);
}
