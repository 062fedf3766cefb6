import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import type { EventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import { retryPauseMs } from "./retry-pause.ts";
import type { InvokeWithRecords } from "./stream-delivery.ts";
import type { StreamRecord } from "./stream-shards.ts";

/** The tumbling windows of a shard: see "Implementing stateful DynamoDB stream processing" in the Lambda guide. */
export type TumblingWindows = {
  /** Delivers records in the windows that they belong to, after the final invocation of an earlier window. */
  deliver(
    records: readonly StreamRecord[],
    deliver: (records: readonly StreamRecord[], invoke: InvokeWithRecords) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Makes the final invocation of a window that has ended. */
  endIfOver(now: Date, signal: AbortSignal): Promise<void>;
};

type TumblingWindowsOptions = {
  readonly definition: Pick<EventSourceMapping, "sourceArn" | "tumblingWindowMs">;
  readonly shardId: string;
  readonly invoke: InvokeWithRecords;
};

/** A window that has had records. Times are milliseconds since 1970. */
type OpenWindow = { readonly start: number; readonly end: number; state: unknown };

const responseSchema = z.object({ state: z.record(z.string(), z.unknown()) });

/** Returns the windows of a shard. A window that is open when the runtime stops has no final invocation. */
export function createTumblingWindows(options: TumblingWindowsOptions): TumblingWindows {
  const { tumblingWindowMs } = options.definition;
  let open: OpenWindow | undefined;

  async function end(window: OpenWindow, signal: AbortSignal): Promise<void> {
    // Lambda suspends the shard until the final invocation succeeds.
    for (let retries = 0; !signal.aborted; retries++) {
      const outcome = await invokeInWindow(window, [], { ...options, isFinal: true });
      if (outcome.kind === "result") break;
      await delay(retryPauseMs(retries), undefined, { signal }).catch(() => {});
    }
    open = undefined;
  }

  return {
    async deliver(records, deliver, signal) {
      const startOf = ({ dynamodb }: StreamRecord) =>
        Math.floor((dynamodb.ApproximateCreationDateTime * 1_000) / tumblingWindowMs) * tumblingWindowMs;
      // The time of a record may lie slightly before that of an earlier one: it then belongs to the later window.
      let latest = open?.start ?? 0;
      const byWindow = Map.groupBy(records, (record) => {
        latest = Math.max(latest, startOf(record));
        return latest;
      });
      for (const [start, inWindow] of byWindow) {
        if (open !== undefined && open.start < start) await end(open, signal);
        if (signal.aborted) return;
        open ??= { start, end: start + tumblingWindowMs, state: {} };
        const window = open;
        await deliver(inWindow, (given) => invokeInWindow(window, given, { ...options, isFinal: false }));
      }
    },
    async endIfOver(now, signal) {
      if (open !== undefined && open.end <= now.getTime()) await end(open, signal);
    },
  };
}

async function invokeInWindow(
  window: OpenWindow,
  records: readonly StreamRecord[],
  { definition, shardId, invoke, isFinal }: TumblingWindowsOptions & { readonly isFinal: boolean },
): ReturnType<InvokeWithRecords> {
  const outcome = await invoke(records, {
    window: { start: toTimestamp(window.start), end: toTimestamp(window.end) },
    state: window.state,
    shardId,
    eventSourceARN: definition.sourceArn,
    isFinalInvokeForWindow: isFinal,
    isWindowTerminatedEarly: false,
  });
  if (outcome.kind !== "result") return outcome;
  const response = responseSchema.safeParse(JSON.parse(outcome.payload));
  if (!response.success) {
    return { kind: "error", error: { errorType: "Error", errorMessage: "The response has no valid state." } };
  }
  window.state = response.data.state;
  return outcome;
}

/** Formats a time in whole seconds, as Lambda does. */
function toTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
