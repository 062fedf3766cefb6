import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, type CommandResult, exitCodes } from "#clients/cli/command-result.ts";
import { assertLines } from "#clients/cli/emit/assert-ndjson.ts";
import { createCheckpoint, describeJob, type EmitProgress } from "#clients/cli/emit/checkpoint.ts";
import { readLines } from "#clients/cli/emit/read-lines.ts";
import { createSummary, type EmitSummary, totalOf } from "#clients/cli/emit/summary.ts";
import { connectionErrorCode, formatError } from "#clients/cli/format-error.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";

export const emit = defineCommand({
  name: "emit",
  summary: "Sends a file of events, one JSON object per line. Run it again after an interruption to continue.",
  examples: ["emit events.ndjson --wait", "emit history.ndjson --quiet"],
  operands: ["FILE.ndjson|-"],
  options: {
    wait: { help: "wait until every event is stored or rejected, and count them" },
    quiet: { help: "send no webhooks for these events; webhooks replay --only all sends them later" },
  },
  async run({ operand, text, flag }, context) {
    const stack = await resolveStack(context, text("stack"));
    const work = { log: stack.storageId, wait: flag("wait"), quiet: flag("quiet") };
    const { wait, quiet } = work;
    const source = await openSource(operand("FILE.ndjson|-"), work, context);
    const { summary } = source.start;
    const interruption = context.installSignalHandlers();
    const bar = createProgressBar(context);
    const note = createRateNote(context.now, totalOf(summary));
    let offset = source.start.offset;
    const show = (arrived = 0) =>
      bar.show(source.size === null ? null : offset / source.size, note(totalOf(summary) + arrived));
    const stream = source.stream();
    const { connectEmit } = await import("#clients/cli/emit/connect-emit.ts");
    const { emitLines } = await import("#clients/cli/emit/emit-lines.ts");
    try {
      show();
      const begins = source.start.offset === 0;
      addAbortSignal(interruption, stream);
      await emitLines({
        lines: readLines(begins ? assertLines(stream, operand("FILE.ndjson|-")) : stream, source.start),
        summary,
        quiet,
        now: context.now,
        ...(await connectEmit(stack, wait, { interruption, onStored: show }, context)),
        async onProgress(progress) {
          await source.save(progress);
          offset = progress.offset;
          show();
        },
      });
    } catch (error) {
      const next =
        stack.isPersistent || connectionErrorCode(error) === null ? source.howToResume() : restartsFromFirstLine;
      throw interruption.aborted ? toInterruptedError(source.howToResume(), error) : toStoppedError(next, error);
    } finally {
      bar.clear();
    }
    await source.finish();
    return toResult(summary, wait);
  },
});

type EventSource = {
  /** Bytes; `null` if unknown. */
  readonly size: number | null;
  readonly start: EmitProgress;
  /** Returns how the same command continues after this one has stopped; `null` for standard input. */
  howToResume(): string | null;
  stream(): Readable;
  save(progress: EmitProgress): Promise<void>;
  finish(): Promise<void>;
};

const restartsFromFirstLine = "Without --data its events are lost: after a restart, the same command starts over.";

function toInterruptedError(howToResume: string | null, cause: unknown): CliError {
  return new CliError("failed", ["Interrupted.", howToResume ?? ""].join(" ").trimEnd(), { cause });
}

/** Adds how to continue to an error, except to a usage error. */
function toStoppedError(howToResume: string | null, error: unknown): unknown {
  const { message, exit } = formatError(error);
  if (exit === exitCodes.usage || howToResume === null) return error;
  return new CliError("failed", `${message}\n${howToResume}`, { cause: error });
}

type JobOptions = { readonly log: string; readonly wait: boolean; readonly quiet: boolean };

async function openSource(name: string, rest: JobOptions, context: CommandContext): Promise<EventSource> {
  const start: EmitProgress = { offset: 0, lines: 0, summary: createSummary() };
  if (name === "-") {
    const nothing = async () => {};
    const howToResume = () => null;
    return { size: null, start, howToResume, stream: () => context.stdin, save: nothing, finish: nothing };
  }
  const file = resolve(context.cwd, name);
  const work = await describeJob(file, rest);
  const checkpoint = createCheckpoint(file, work);
  const earlier = await checkpoint.load();
  let lines = earlier?.lines ?? 0;
  if (earlier) context.stderr.write(`Continuing after line ${earlier.lines} of ${name}.\n`);
  return {
    size: work.size,
    start: earlier ?? start,
    howToResume: () =>
      lines === 0
        ? "Run the same command again. It starts over and stores no event twice."
        : `Run the same command again to continue after line ${lines}.`,
    stream: () => createReadStream(file, { start: earlier?.offset ?? 0 }),
    async save(progress) {
      await checkpoint.save(progress);
      lines = progress.lines;
    },
    finish: checkpoint.remove,
  };
}

/** Creates the note of the progress bar: processed events, and the rate of this run only. */
function createRateNote(now: () => Date, earlier: number) {
  const startedAt = now().getTime();
  return (events: number) => {
    const seconds = Math.max(now().getTime() - startedAt, 1) / 1000;
    return `${events} events, ${Math.round((events - earlier) / seconds)} per second`;
  };
}

function toResult(summary: EmitSummary, wait: boolean): CommandResult {
  const { sent, accepted, repeated, rejected, faults } = summary;
  const counts = wait ? { accepted, repeated, rejected } : { sent, rejected };
  const lines = faults.map(({ line, reason }) => `line ${line}: ${reason}`);
  if (rejected > faults.length) lines.push(`and ${rejected - faults.length} more`);
  const events = totalOf(summary);
  const parts = Object.entries(counts).map(([name, many]) => `${many} ${name}`);
  return {
    text: [...lines, `${events} ${events === 1 ? "event" : "events"}: ${parts.join(", ")}.`].join("\n"),
    json: { events, ...counts, faults },
    exit: rejected > 0 ? exitCodes.incomplete : exitCodes.done,
  };
}
