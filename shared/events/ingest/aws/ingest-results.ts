import type { SQSRecord } from "aws-lambda";
import {
  type AttemptHistory,
  defectSeconds,
  deferralSeconds,
  maxDefects,
  maxUnfinished,
  separationSeconds,
} from "#shared/events/ingest/deferral.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import type { MetricName } from "#shared/platform/observability/metric-names.ts";
import type { MessageOrigin } from "./attempt-history.ts";
import type { DeadLetter, DeferredMessage, IngestQueue } from "./ingest-queue.ts";

/** A received message with its organisation and origin. */
export type ReceivedEvent = MessageOrigin & { readonly record: SQSRecord; readonly orgId: string | null };

/** The result of a message. One with `left` is delivered again after its visibility timeout. */
export type IngestResult =
  | { readonly kind: "done"; readonly metric: MetricName }
  | { readonly kind: "throttled" | "unavailable" | "unfinished" | "left" }
  | { readonly kind: "defect"; readonly error: unknown };

export type HandledEvent = ReceivedEvent & { readonly result: IngestResult };

/** How to resend a message that is not done: with a delay, or with a `reason` as a dead letter. */
type NextMessage = { readonly delaySeconds: number; readonly history: AttemptHistory } | { readonly reason: string };

/** Resends unfinished events to the queue or to the dead letters. Returns the records that could not be resent. */
export async function resendUnfinished(
  { queue, random }: { readonly queue: IngestQueue; random(): number },
  handled: readonly HandledEvent[],
): Promise<ReadonlySet<SQSRecord>> {
  const deferred = new Map<DeferredMessage, SQSRecord>();
  const deadLetters = new Map<DeadLetter, SQSRecord>();
  for (const event of handled) {
    const next = nextOf(event, random);
    if (next === null) continue;
    const { record, orgId, messageId, writer } = event;
    const message = { body: record.body, orgId, messageId, writer };
    if ("reason" in next) deadLetters.set({ ...message, ...next }, record);
    else deferred.set({ ...message, ...next }, record);
  }
  const [unsentDeferred, unsentDeadLetters] = await Promise.all([
    deferred.size === 0 ? [] : queue.defer([...deferred.keys()]),
    deadLetters.size === 0 ? [] : queue.sendToDeadLetters([...deadLetters.keys()]),
  ]);
  return new Set([
    ...unsentDeferred.flatMap((message) => deferred.get(message) ?? []),
    ...unsentDeadLetters.flatMap((message) => deadLetters.get(message) ?? []),
  ]);
}

function nextOf(event: HandledEvent, random: () => number): NextMessage | null {
  const { history, result } = event;
  switch (result.kind) {
    case "done":
      return null;
    case "left":
      log("warn", "rejection not finished", { message_id: event.messageId });
      return null;
    case "throttled":
    case "unavailable": {
      const next = { ...history, deferrals: history.deferrals + 1, unfinished: 0 };
      return { delaySeconds: deferralSeconds(history, random()), history: next };
    }
    case "defect": {
      const next = { ...history, defects: history.defects + 1, unfinished: 0 };
      logFailure("record failed", event, { defects: next.defects, ...errorFields(result.error) });
      if (next.defects >= maxDefects) return { reason: reasonOf(result.error) };
      return { delaySeconds: defectSeconds(history, random()), history: next };
    }
    case "unfinished": {
      const next = { ...history, unfinished: history.unfinished + 1 };
      logFailure("record not finished", event, { unfinished: next.unfinished });
      if (next.unfinished >= maxUnfinished) return { reason: "The function never finished with this event." };
      return { delaySeconds: separationSeconds(random()), history: next };
    }
  }
}

function logFailure(message: string, { record }: HandledEvent, fields: object): void {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  log("error", message, { message_id: record.messageId, receive_count: receives, ...fields });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
