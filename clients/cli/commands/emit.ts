import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { SQSClient } from "@aws-sdk/client-sqs";
import { defineVerb } from "#clients/cli/command.ts";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError, exitCodes, type Outcome } from "#clients/cli/command-result.ts";
import { checkpointOf, type Progress, workOn } from "#clients/cli/emit/checkpoint.ts";
import { watchDeadLetters } from "#clients/cli/emit/dead-letters.ts";
import { createLookup } from "#clients/cli/emit/find-stored.ts";
import { assertLines } from "#clients/cli/emit/format.ts";
import { readLines } from "#clients/cli/emit/lines.ts";
import { progressBar } from "#clients/cli/emit/progress-bar.ts";
import { emitLines } from "#clients/cli/emit/run.ts";
import { emptyTally, type Tally, total } from "#clients/cli/emit/summary.ts";
import { type SentEvent, type Settling, settle } from "#clients/cli/emit/wait-until-stored.ts";
import { explain } from "#clients/cli/format-error.ts";
import { peek } from "#clients/cli/rejected-queue.ts";
import { findTarget, type Target } from "#clients/cli/stack.ts";
import { connectionCode } from "#clients/cli/stack-gone.ts";
import { createSender } from "#clients/emitter/send.ts";

export const emit = defineVerb({
  name: "emit",
  summary: "Sends a file of events, one JSON object in each line. Interrupted, the same command goes on where it was.",
  examples: ["emit events.ndjson --wait", "emit history.ndjson --quiet"],
  operands: ["FILE.ndjson|-"],
  options: {
    wait: { help: "return only when every event can be read, or is rejected, and count them" },
    quiet: { help: "send no webhooks for these events; a replay of all events sends them" },
  },
  async run({ operand, text, flag }, session) {
    const target = await findTarget(session.cwd, text("stack"));
    const work = { log: target.logIdentity, wait: flag("wait"), quiet: flag("quiet") };
    const { wait, quiet } = work;
    const source = await openSource(operand("FILE.ndjson|-"), work, session);
    const { tally } = source.start;
    const interruption = session.interruption();
    const bar = progressBar(session);
    const note = rate(session.now, total(tally));
    let offset = source.start.offset;
    const show = (arrived = 0) =>
      bar.show(source.size === null ? null : offset / source.size, note(total(tally) + arrived));
    const stream = source.stream();
    try {
      show();
      const begins = source.start.offset === 0;
      addAbortSignal(interruption, stream);
      await emitLines({
        lines: readLines(begins ? assertLines(stream, operand("FILE.ndjson|-")) : stream, source.start),
        tally,
        quiet,
        now: session.now,
        ...(await connections(target, wait, { interruption, onArrived: show }, session)),
        async onProgress(progress) {
          await source.save(progress);
          offset = progress.offset;
          show();
        },
      });
    } catch (error) {
      const next = target.keepsLog || connectionCode(error) === null ? source.howToResume() : beginsAnew;
      throw interruption.aborted ? interrupted(source.howToResume(), error) : stopped(next, error);
    } finally {
      bar.clear();
    }
    await source.finish();
    return summary(tally, wait);
  },
});

type Source = {
  /** Bytes; `null` where nobody knows. */
  readonly size: number | null;
  readonly start: Progress;
  /** What the same command does after this one has stopped; `null` for what can be read only once. */
  howToResume(): string | null;
  stream(): Readable;
  save(progress: Progress): Promise<void>;
  finish(): Promise<void>;
};

const beginsAnew = "Without --data its events are gone as well: after a restart the same command begins anew.";

function interrupted(howToResume: string | null, cause: unknown): CliError {
  return new CliError("failed", ["Interrupted.", howToResume ?? ""].join(" ").trimEnd(), { cause });
}

/** An error that is not the user's own says how to go on as well. */
function stopped(howToResume: string | null, error: unknown): unknown {
  const { message, exit } = explain(error);
  if (exit === exitCodes.usage || howToResume === null) return error;
  return new CliError("failed", `${message}\n${howToResume}`, { cause: error });
}

type EmitWork = { readonly log: string; readonly wait: boolean; readonly quiet: boolean };

async function openSource(name: string, rest: EmitWork, session: Session): Promise<Source> {
  const start: Progress = { offset: 0, lines: 0, tally: emptyTally() };
  if (name === "-") {
    const nothing = async () => {};
    const howToResume = () => null;
    return { size: null, start, howToResume, stream: () => session.stdin, save: nothing, finish: nothing };
  }
  const file = resolve(session.cwd, name);
  const work = await workOn(file, rest);
  const checkpoint = checkpointOf(file, work);
  const earlier = await checkpoint.load();
  let lines = earlier?.lines ?? 0;
  if (earlier) session.stderr.write(`Going on after line ${earlier.lines} of ${name}.\n`);
  return {
    size: work.size,
    start: earlier ?? start,
    howToResume: () =>
      lines === 0
        ? "The same command begins again at the first line, and stores no event twice."
        : `The same command goes on after line ${lines}.`,
    stream: () => createReadStream(file, { start: earlier?.offset ?? 0 }),
    async save(progress) {
      await checkpoint.save(progress);
      lines = progress.lines;
    },
    finish: checkpoint.remove,
  };
}

type Waiting = Pick<Settling, "interruption" | "onArrived">;

async function connections(target: Target, wait: boolean, waiting: Waiting, { now, sleep, stderr }: Session) {
  const client = new SQSClient(target.clientConfig("sqs"));
  const send = createSender({ queueUrl: target.queues.ingest, client });
  if (!wait) return { send, arrival: null };
  const lookup = createLookup(target);
  const rejected = () => peek(client, target.queues.rejected, 10_000);
  const watch = watchDeadLetters({
    client,
    queueUrl: target.queues.ingest_dead_letters,
    now,
    warn: (text) => stderr.write(`${text}\n`),
  });
  await watch();
  const settling = { lookup, rejected, ...waiting, watch, now, sleep };
  return { send, arrival: { lookup, settle: (sent: readonly SentEvent[]) => settle(sent, settling) } };
}

/** Says how many events are done with, and how fast this run goes; those of an earlier run do not count for that. */
function rate(now: () => Date, earlier: number) {
  const startedAt = now().getTime();
  return (events: number) => {
    const seconds = Math.max(now().getTime() - startedAt, 1) / 1000;
    return `${events} events, ${Math.round((events - earlier) / seconds)} a second`;
  };
}

function summary(tally: Tally, wait: boolean): Outcome {
  const { sent, accepted, repeated, rejected, faults } = tally;
  const counts = wait ? { accepted, repeated, rejected } : { sent, rejected };
  const lines = faults.map(({ line, reason }) => `line ${line}: ${reason}`);
  if (rejected > faults.length) lines.push(`and ${rejected - faults.length} more`);
  const events = total(tally);
  const told = Object.entries(counts).map(([name, many]) => `${many} ${name}`);
  return {
    text: [...lines, `${events} ${events === 1 ? "event" : "events"}: ${told.join(", ")}.`].join("\n"),
    json: { events, ...counts, faults },
    exit: rejected > 0 ? exitCodes.incomplete : exitCodes.done,
  };
}
