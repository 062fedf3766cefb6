import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import type { RejectedMessage } from "#clients/cli/rejected/rejected-queue.ts";
import type { Draft } from "#shared/events/parse-event.ts";
import type { FindStored, StoredState } from "./find-stored.ts";
import type { EventOutcome } from "./summary.ts";

/** A sent event and its state before. */
export type SentEvent = { readonly draft: Draft; readonly message_id: string; readonly before: StoredState["state"] };

export type WaitOptions = Pick<CommandContext, "now" | "sleep"> & {
  readonly findStored: FindStored;
  /** Returns the messages of the rejected queue. */
  listRejected(): Promise<readonly RejectedMessage[]>;
  readonly interruption: AbortSignal;
  /** Called with the number of events stored so far. */
  onStored(events: number): void;
  /** Called while events are missing. */
  watch(): Promise<void>;
};

const shortestPauseMs = 50;
const longestPauseMs = 500;

/** Reading the rejected queue is slow, so it is read only after this time without a newly stored event. */
const rejectedCheckAfterMs = 500;

/** After this time, a conflict counts as rejected even if its message is no longer in the rejected queue. */
const conflictAfterMs = 30_000;

/** Many times the delay of a deferred event. Behind a long import of its organisation, an event may still take longer. */
const timeoutMs = 20 * 60_000;

/**
 * Waits until every event is stored or in the rejected queue and returns their outcomes, in order. Throws `CliError` after
 * twenty minutes without progress, and an `AbortError` if the user interrupts.
 */
export async function waitUntilStored(sent: readonly SentEvent[], options: WaitOptions): Promise<EventOutcome[]> {
  const { findStored, listRejected, now, sleep, interruption } = options;
  const outcomes: EventOutcome[] = [];
  const written = new Set<string>();
  let pending = sent.map((event, at) => ({ ...event, at }));
  let movedAt = now().getTime();
  let pause = shortestPauseMs;
  while (pending.length > 0) {
    interruption.throwIfAborted();
    const states = await findStored(pending.map(({ draft }) => draft));
    const idleMs = now().getTime() - movedAt;
    const conflicts = new Set<number>();
    let missing = pending.filter(({ at, before }, index) => {
      const { state, identity } = states[index] ?? { state: "absent", identity: "" };
      if (state === "conflict") conflicts.add(at);
      if (state !== "stored") return true;
      // Of two lines that are one event, the first was new.
      outcomes[at] = before === "stored" || written.has(identity) ? "repeated" : "accepted";
      written.add(identity);
      return false;
    });
    if (missing.length === pending.length && idleMs > rejectedCheckAfterMs) {
      const reasons = new Map(
        (await listRejected()).map(({ message_id, reason }) => [message_id, reason ?? "no reason"]),
      );
      missing = missing.filter(({ at, message_id }) => {
        const gone = conflicts.has(at) && idleMs > conflictAfterMs;
        const reason =
          reasons.get(message_id) ?? (gone ? "An event with this id already exists with different content." : null);
        if (reason !== null) outcomes[at] = { rejected: reason };
        return reason === null;
      });
    }
    if (missing.length < pending.length) movedAt = now().getTime();
    else if (idleMs > timeoutMs) throw new CliError("failed", formatTimeout(missing.length));
    pending = missing;
    options.onStored(sent.length - pending.length);
    if (pending.length > 0) {
      await options.watch();
      await sleep(pause);
    }
    pause = Math.min(pause * 2, longestPauseMs);
  }
  return outcomes;
}

function formatTimeout(events: number): string {
  return [
    `${events} events were accepted, but not stored for twenty minutes.`,
    "They may wait behind an import of their organisation. Otherwise check the dead-letter queue and the log of ingest.",
  ].join("\n");
}
