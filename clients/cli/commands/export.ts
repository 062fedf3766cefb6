import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { formatApiError } from "#clients/cli/api/format-api-error.ts";
import { defineCommand, type ParsedArgs } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, type CommandResult, exitCodes } from "#clients/cli/command-result.ts";
import type { ExportProgress, ExportResult } from "#clients/cli/export/export-log.ts";
import type { ExportSettings } from "#clients/cli/export/export-state.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import { type Connection, type ConnectionOptions, createConnection } from "#clients/client/http/connection.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

/** Retries of one page: with waits of a minute after 429, an export outlasts an hour of outage. */
const maxRetries = 60;

const options = {
  out: {
    value: "DIR",
    help: "the folder of the export; a folder with an interrupted one continues it",
    required: true,
  },
  format: {
    value: "jsonl|csv",
    help: "csv adds tables for spreadsheets to the lines that are verified; default jsonl",
  },
  after: { value: "SEQUENCE", help: "begins after this sequence; default 0" },
  "until-sequence": { value: "SEQUENCE", help: "ends with this sequence; default the end of the log" },
  since: {
    ...sinceOption,
    help: "leaves out what events contain that occurred before; a duration, a date or a time in UTC",
  },
  until: { ...untilOption, help: "the same for events that occurred later; a date includes its whole day" },
  key: { value: "VKEY", help: "verifies the signature of the checkpoint as well" },
  ...credentialOptions,
} as const;

export const exportLog = defineCommand({
  name: "export",
  summary:
    "Exports the log of an organisation as a folder that anyone can verify. Run it again after an interruption to continue.",
  examples: ["export --out ./log-2026", "export --out ./second-half --after 120000 --format csv"],
  options,
  async run(args, context) {
    const credentials = await resolveCredentials(args, context);
    const settings = parseSettings(args, credentials);
    const range = parseTimeRangeOptions(args.text, context.now());
    const interruption = context.installSignalHandlers();
    const bar = createProgressBar(context);
    const connection = connect(credentials, context, bar.clear);
    const folder = resolve(context.cwd, args.text("out") ?? "");
    const { createLogSource } = await import("#clients/cli/export/log-source.ts");
    const { EmptyRangeError, exportLog: run } = await import("#clients/cli/export/export-log.ts");
    const source = createLogSource(connection, { signal: interruption });
    const ports = { source, folder, range, verifier: readVerifier(), key: args.text("key") ?? null, now: context.now };
    try {
      return toResult(await run({ ...ports, onProgress: createProgress(bar.show, context.now) }, settings), args);
    } catch (error) {
      if (interruption.aborted) {
        throw new CliError("failed", "Interrupted. The same command continues.", { cause: error });
      }
      throw error instanceof EmptyRangeError || error instanceof ProofError
        ? new CliError("failed", error.message, { cause: error })
        : error;
    } finally {
      bar.clear();
    }
  },
});

type Args = ParsedArgs<keyof typeof options, never>;

function parseSettings(
  { text }: Pick<Args, "text">,
  { api, org }: { readonly api: string; readonly org: string | undefined },
): ExportSettings {
  const format = text("format") ?? "jsonl";
  if (format !== "jsonl" && format !== "csv") {
    throw new CliError("usage", `--format must be jsonl or csv, not '${format}'.`);
  }
  const after = parseSequence("after", text("after")) ?? 0;
  const until_sequence = parseSequence("until-sequence", text("until-sequence"));
  if (until_sequence !== null && until_sequence <= after) {
    throw new CliError("usage", `--until-sequence must be larger than --after, ${after}.`);
  }
  return {
    ...{ api, org: org ?? null, format, after, until_sequence },
    since: text("since") ?? null,
    until: text("until") ?? null,
  };
}

function parseSequence(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError("usage", `--${option} must be a sequence, a whole number from 0 on, not '${text}'.`);
}

function connect(
  { api, token, org }: { readonly api: string; readonly token: string; readonly org: string | undefined },
  { now, sleep, stderr }: CommandContext,
  beforeNote: () => void,
): Connection {
  const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": org };
  const connectionOptions: ConnectionOptions = {
    ...{ baseUrl: api, maxRetries, now },
    async sleep(ms, signal) {
      await sleep(ms);
      signal?.throwIfAborted();
    },
    onRetry({ error, delayMs }) {
      beforeNote();
      stderr.write(`${formatApiError(error)} Waiting ${Math.ceil(delayMs / 1_000)} seconds.\n`);
    },
  };
  return createConnection(connectionOptions, headers);
}

/** Returns the verifier for the pack: beside the program in the package, else as `npm run verifier` has built it. */
function readVerifier(): string | null {
  const paths = ["./activity-verify.js", "../../verifier/dist/activity-verify.mjs"];
  const found = paths.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  return found === undefined ? null : readFileSync(found, "utf8");
}

/** Shows the share, the rate and the time that is left at the rate of this run. */
function createProgress(show: (share: number, note: string) => void, now: () => Date) {
  const startedAt = now().getTime();
  let startedWith: number | null = null;
  return ({ after, done, last }: ExportProgress) => {
    startedWith ??= Math.max(after, done - 1_000);
    const rate = (done - startedWith) / Math.max((now().getTime() - startedAt) / 1_000, 0.001);
    const left = Math.ceil((last - done) / rate);
    show(
      (done - after) / (last - after),
      `${done} of ${last}, ${Math.round(rate)} per second, ${formatSeconds(left)} left`,
    );
  };
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

function toResult(
  { manifest, withheld, isSigned, hasVerifier }: ExportResult,
  { text }: Pick<Args, "text">,
): CommandResult {
  const { origin, first, last, selection } = manifest;
  const lines = [
    `Exported entries ${first} to ${last} of ${toPrintable(origin)} to ${text("out")}. They have the root of its checkpoint.`,
    isSigned ? "The key has signed it." : "Its signature was not verified: give --key, or run activity verify.",
    ...(selection === null ? [] : ["Only the selected events have their content: completeness is not shown."]),
    ...(withheld === 0 ? [] : [`${withheld} events are missing or were changed in the table: tell the operator.`]),
    ...(hasVerifier ? [] : ["The folder has no verifier: npm run verifier builds it."]),
  ];
  const exit = withheld === 0 ? exitCodes.done : exitCodes.incomplete;
  return { text: lines.join("\n"), json: { ...manifest, withheld, is_signed: isSigned }, exit };
}
