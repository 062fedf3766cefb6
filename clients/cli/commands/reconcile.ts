import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { formatApiError } from "#clients/cli/api/format-api-error.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { assertLines } from "#clients/cli/emit/assert-ndjson.ts";
import { readLines } from "#clients/cli/emit/read-lines.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { type DocumentLine, parseDocumentLine } from "#clients/cli/reconcile/parse-document-line.ts";
import { formatTime, parseDuration } from "#clients/cli/time-options.ts";
import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { findUnrecorded, type UnrecordedDocument } from "#clients/emitter/find-unrecorded.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

const operand = "FILE.ndjson|-";

/** A rate limit ends within a minute. The other retries are for outages. */
const maxRetries = 20;

export const reconcile = defineCommand({
  name: "reconcile",
  summary: "Compares documents of your database, one JSON object per line, with their newest events.",
  examples: ["reconcile documents.ndjson", "reconcile - --tolerance 5m"],
  operands: [operand],
  options: {
    tolerance: { value: "1m|1h", help: "how much earlier than updated_at the event may have occurred; default 1m" },
    ...credentialOptions,
  },
  async run(args, context) {
    const toleranceMs = parseTolerance(args.text("tolerance") ?? "1m");
    const { api, token, org } = await resolveCredentials(args, context);
    const { activity } = createFinzbooksClient({ baseUrl: api, token, org, maxRetries, ...retryOptions(context) });
    const counts = { documents: 0, no_event: 0, older_event: 0 };
    const bar = createProgressBar(context);
    const show = () =>
      bar.show(null, `${counts.documents} documents, ${counts.no_event + counts.older_event} without an event`);
    const documents = readDocuments(args.operand(operand), context, () => {
      counts.documents += 1;
      show();
    });
    try {
      for await (const found of findUnrecorded(documents, { activity, toleranceMs })) {
        counts[found.reason] += 1;
        bar.clear();
        context.show({ text: formatUnrecorded(found), json: found });
      }
    } finally {
      bar.clear();
    }
    const { documents: count, no_event, older_event } = counts;
    const text = `${count} documents compared: ${no_event} without any event, ${older_event} whose newest event is older.`;
    return { text, json: counts, exit: no_event + older_event > 0 ? exitCodes.failed : exitCodes.done };
  },
});

function parseTolerance(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration.years === 0) return duration.ms;
  throw new CliError("usage", `--tolerance must be a duration such as 1m or 1h, not '${text}'.`);
}

function retryOptions({ now, sleep, stderr }: CommandContext) {
  return {
    now,
    sleep: async (ms: number) => {
      await sleep(ms);
    },
    onRetry({ error, delayMs }: { error: Parameters<typeof formatApiError>[0] & { code?: string }; delayMs: number }) {
      // A long comparison reaches the limit every minute, which needs no note.
      if (error.code === "rate_limited") return;
      stderr.write(`${formatApiError(error)} Waiting ${Math.ceil(delayMs / 1_000)} seconds.\n`);
    },
  };
}

async function* readDocuments(
  name: string,
  { cwd, stdin }: CommandContext,
  onDocument: () => void,
): AsyncGenerator<DocumentLine> {
  const source = name === "-" ? stdin : createReadStream(resolve(cwd, name));
  for await (const line of readLines(assertLines(source, name))) {
    const document = parseDocumentLine(line);
    if (document === null) continue;
    onDocument();
    yield document;
  }
}

function formatUnrecorded({ document, reason, newest }: UnrecordedDocument<DocumentLine>): string {
  const { line, entity_type, entity_id, updated_at, version } = document;
  const state =
    version !== undefined && version !== null ? `version ${version}` : updated_at ? `changed ${updated_at}` : "exists";
  const event =
    newest === null
      ? ""
      : ` (${formatTime(newest.occurred_at)}${newest.version === null ? "" : `, version ${newest.version}`})`;
  return toPrintable(`line ${line}: ${entity_type} ${entity_id} ${state}: ${reason.replace("_", " ")}${event}`);
}
