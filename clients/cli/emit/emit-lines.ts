import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { connectionErrorCode, unreachableMessage } from "#clients/cli/format-error.ts";
import { type EventMessage, toOutgoingMessage } from "#clients/emitter/message.ts";
import type { OutgoingMessage, SendResult } from "#clients/emitter/send.ts";
import type { EmitProgress } from "./checkpoint.ts";
import type { FindStored } from "./find-stored.ts";
import { parseEventLine } from "./parse-event-line.ts";
import type { FileLine } from "./read-lines.ts";
import { countOutcome, type EmitSummary, type EventOutcome } from "./summary.ts";
import type { SentEvent } from "./wait-until-stored.ts";

export type EmitLinesOptions = {
  readonly lines: AsyncIterable<FileLine>;
  /** Whether to suppress the webhooks of these events. */
  readonly quiet: boolean;
  /** The counts so far, including those of an interrupted run; updated in place. */
  readonly summary: EmitSummary;
  send(messages: readonly OutgoingMessage[]): Promise<SendResult[]>;
  /** Set to wait until the events are stored. */
  readonly storage: {
    readonly findStored: FindStored;
    wait(sent: readonly SentEvent[]): Promise<EventOutcome[]>;
  } | null;
  /** Called after each batch of lines. */
  onProgress(progress: EmitProgress): Promise<void>;
} & Pick<CommandContext, "now">;

/** Enough to fill the calls to SQS, and few enough for memory. */
const batchLines = 500;

/**
 * Sends the events of all lines in batches and counts their outcomes. Throws `CliError` if the queue cannot be reached;
 * lines up to the last reported progress are then processed.
 */
export async function emitLines(options: EmitLinesOptions): Promise<void> {
  const { summary, onProgress } = options;
  let batch: FileLine[] = [];
  const finish = async () => {
    const last = batch.at(-1);
    if (last === undefined) return;
    await emitBatch(batch, options);
    batch = [];
    await onProgress({ offset: last.end, lines: last.number, summary });
  };
  for await (const line of options.lines) {
    batch.push(line);
    if (batch.length === batchLines) await finish();
  }
  await finish();
}

async function emitBatch(
  batch: readonly FileLine[],
  { summary, quiet, now, send, storage }: EmitLinesOptions,
): Promise<void> {
  const outcomes = new Map<number, EventOutcome>();
  const messages: (EventMessage & { readonly line: number })[] = [];
  for (const line of batch) {
    const parsed = parseEventLine(line, { now: now(), quiet });
    if (parsed === null) continue;
    if ("reason" in parsed) outcomes.set(parsed.line, { rejected: parsed.reason });
    else messages.push(parsed);
  }
  const drafts = messages.map(({ draft }) => draft);
  const before = (await storage?.findStored(drafts)) ?? [];
  const results = await send(messages.map(toOutgoingMessage));
  const sent = messages.map(({ draft }, at): SentEvent => {
    const result = results[at];
    if (result?.status !== "sent") {
      const connection = connectionErrorCode(result?.error);
      const reason = result?.reason ?? "no result";
      throw new CliError(
        "failed",
        connection === null ? `The ingest queue did not accept the events: ${reason}` : unreachableMessage(connection),
        { cause: result?.status === "failed" ? result.error : null },
      );
    }
    return { draft, message_id: result.message_id, before: before[at]?.state ?? "absent" };
  });
  const stored = await storage?.wait(sent);
  for (const [at, { line }] of messages.entries()) outcomes.set(line, stored?.[at] ?? "sent");
  for (const [line, outcome] of [...outcomes].sort(([left], [right]) => left - right))
    countOutcome(summary, line, outcome);
}
