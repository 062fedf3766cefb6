import type { Session } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { connectionCode, stackGone } from "#clients/cli/stack-gone.ts";
import { type EventMessage, toOutgoing } from "#clients/emitter/message.ts";
import type { OutgoingMessage, SendResult } from "#clients/emitter/send.ts";
import type { Progress } from "./checkpoint.ts";
import { readEventLine } from "./event-line.ts";
import type { Lookup } from "./find-stored.ts";
import type { Line } from "./lines.ts";
import { count, type Fate, type Tally } from "./summary.ts";
import type { SentEvent } from "./wait-until-stored.ts";

export type Emission = {
  readonly lines: AsyncIterable<Line>;
  /** Whether no webhook is to be sent for any of the events. */
  readonly quiet: boolean;
  /** What was counted before, by the run that this one goes on from. */
  readonly tally: Tally;
  send(messages: readonly OutgoingMessage[]): Promise<SendResult[]>;
  /** With it, a run waits until what was sent has arrived. */
  readonly arrival: { readonly lookup: Lookup; settle(sent: readonly SentEvent[]): Promise<Fate[]> } | null;
  /** Called whenever the lines so far are done with. */
  onProgress(progress: Progress): Promise<void>;
} & Pick<Session, "now">;

/** Lines that are under way together: enough to fill the calls to SQS, and few enough to be held in memory. */
const windowLines = 500;

/**
 * Sends the events of all lines, a window at a time, and counts what became of them. Throws `CliError` where the
 * queue cannot be reached; what the last progress told of is then done with.
 */
export async function emitLines(emission: Emission): Promise<void> {
  const { tally, onProgress } = emission;
  let window: Line[] = [];
  const finish = async () => {
    const last = window.at(-1);
    if (last === undefined) return;
    await emitWindow(window, emission);
    window = [];
    await onProgress({ offset: last.end, lines: last.number, tally });
  };
  for await (const line of emission.lines) {
    window.push(line);
    if (window.length === windowLines) await finish();
  }
  await finish();
}

async function emitWindow(window: readonly Line[], { tally, quiet, now, send, arrival }: Emission): Promise<void> {
  const fates = new Map<number, Fate>();
  const messages: (EventMessage & { readonly line: number })[] = [];
  for (const line of window) {
    const read = readEventLine(line, { now: now(), quiet });
    if (read === null) continue;
    if ("reason" in read) fates.set(read.line, { rejected: read.reason });
    else messages.push(read);
  }
  const drafts = messages.map(({ draft }) => draft);
  const before = (await arrival?.lookup(drafts)) ?? [];
  const results = await send(messages.map(toOutgoing));
  const sent = messages.map(({ draft }, at): SentEvent => {
    const result = results[at];
    if (result?.status !== "sent") {
      const connection = connectionCode(result?.error);
      const reason = result?.reason ?? "no answer";
      throw new CliError(
        "failed",
        connection === null ? `The ingest queue does not take the events: ${reason}` : stackGone(connection),
        { cause: result?.status === "failed" ? result.error : null },
      );
    }
    return { draft, message_id: result.message_id, before: before[at]?.state ?? "absent" };
  });
  const arrived = await arrival?.settle(sent);
  for (const [at, { line }] of messages.entries()) fates.set(line, arrived?.[at] ?? "sent");
  for (const [line, fate] of [...fates].sort(([left], [right]) => left - right)) count(tally, line, fate);
}
