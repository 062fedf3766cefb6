import type { Session } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import type { RejectedMessage } from "#clients/cli/rejected-queue.ts";
import type { Draft } from "#shared/events/parse-event.ts";
import type { Lookup, Standing } from "./find-stored.ts";
import type { Fate } from "./summary.ts";

/** An event that was sent, and how it stood before that. */
export type SentEvent = { readonly draft: Draft; readonly message_id: string; readonly before: Standing["state"] };

export type Settling = Pick<Session, "now" | "sleep"> & {
  readonly lookup: Lookup;
  /** What waits in the rejected queue. */
  rejected(): Promise<readonly RejectedMessage[]>;
  readonly interruption: AbortSignal;
  /** Called now and then with how many of the events have arrived. */
  onArrived(events: number): void;
  /** Called while events are missing. */
  watch(): Promise<void>;
};

const shortestPauseMs = 50;
const longestPauseMs = 500;

/** Looking through the rejected queue takes a while: not before the log has brought nothing new for so long. */
const logPatienceMs = 500;

/** A conflict is plain from the log alone; somebody may have taken its message out of the rejected queue already. */
const conflictPatienceMs = 30_000;

/**
 * Many times the minute that a deferred event waits. Behind a long import of the same organisation one may wait for
 * longer all the same, so running out of patience is no sign of an error.
 */
const patienceMs = 20 * 60_000;

/**
 * Waits until every event can be read, or is in the rejected queue, and tells of each, in order, what became of it.
 * Throws `CliError` when nothing of what is missing has arrived for twenty minutes, and an `AbortError` when the user
 * interrupts.
 */
export async function settle(sent: readonly SentEvent[], settling: Settling): Promise<Fate[]> {
  const { lookup, rejected, now, sleep, interruption } = settling;
  const fates: Fate[] = [];
  const written = new Set<string>();
  let pending = sent.map((event, at) => ({ ...event, at }));
  let movedAt = now().getTime();
  let pause = shortestPauseMs;
  while (pending.length > 0) {
    interruption.throwIfAborted();
    const standings = await lookup(pending.map(({ draft }) => draft));
    const idleMs = now().getTime() - movedAt;
    const conflicts = new Set<number>();
    let missing = pending.filter(({ at, before }, place) => {
      const { state, identity } = standings[place] ?? { state: "absent", identity: "" };
      if (state === "conflict") conflicts.add(at);
      if (state !== "stands") return true;
      // Of two lines that are one event, the first was new.
      fates[at] = before === "stands" || written.has(identity) ? "repeated" : "accepted";
      written.add(identity);
      return false;
    });
    if (missing.length === pending.length && idleMs > logPatienceMs) {
      const reasons = new Map((await rejected()).map(({ message_id, reason }) => [message_id, reason ?? "no reason"]));
      missing = missing.filter(({ at, message_id }) => {
        const gone = conflicts.has(at) && idleMs > conflictPatienceMs;
        const reason = reasons.get(message_id) ?? (gone ? "It stands in the log with other content." : null);
        if (reason !== null) fates[at] = { rejected: reason };
        return reason === null;
      });
    }
    if (missing.length < pending.length) movedAt = now().getTime();
    else if (idleMs > patienceMs) throw new CliError("failed", overdue(missing.length));
    pending = missing;
    settling.onArrived(sent.length - pending.length);
    if (pending.length > 0) {
      await settling.watch();
      await sleep(pause);
    }
    pause = Math.min(pause * 2, longestPauseMs);
  }
  return fates;
}

function overdue(events: number): string {
  return [
    `The queue took ${events} events that are not in the log yet, and none has arrived for twenty minutes.`,
    "They may wait behind an import of their organisation. If there is none, look at the queue's dead letters, and at the ingest function's log.",
  ].join("\n");
}
