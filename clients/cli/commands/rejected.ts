import { SQSClient } from "@aws-sdk/client-sqs";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";
import { parseRejectedEvent } from "#clients/cli/rejected/rejected-event.ts";
import { peekRejected, type RejectedMessage } from "#clients/cli/rejected/rejected-queue.ts";
import { retryRejected } from "#clients/cli/rejected/retry-rejected.ts";
import { findStack } from "#clients/cli/stack/stack.ts";
import { formatTime } from "#clients/cli/time-options.ts";

export const rejectedList = defineCommand({
  name: "rejected list",
  summary: "Shows refused events, why they were refused, and leaves them where they are.",
  examples: ["rejected list --limit 20"],
  options: { limit: { value: "N", help: "events at most; 100 when left out" } },
  async run({ text }, { cwd, columns, stderr }) {
    const limit = parseLimit(text("limit"), 100);
    const stack = await findStack(cwd, text("stack"));
    const seen = await peekRejected(new SQSClient(stack.clientConfig("sqs")), stack.queues.rejected, limit + 1);
    const rejected = seen.slice(0, limit).map(({ receipt: _, ...message }): RejectedMessage => message);
    const has_more = seen.length > limit;
    if (has_more) stderr.write("There are more: --limit shows more of them.\n");
    const json = { rejected, has_more };
    return { json, text: rejected.length === 0 ? nothingRejected : formatTable(shape, rejected, columns) };
  },
});

export const rejectedRetry = defineCommand({
  name: "rejected retry",
  summary: "Sends refused events to the ingest queue again, after what refused them is mended.",
  examples: ["rejected retry"],
  options: { limit: { value: "N", help: "events at most; 1000 when left out" } },
  async run({ text }, { cwd }) {
    const limit = parseLimit(text("limit"), 1_000);
    const stack = await findStack(cwd, text("stack"));
    const client = new SQSClient(stack.clientConfig("sqs"));
    const json = { retried: await retryRejected({ client, queues: stack.queues, limit }) };
    return { json, text: json.retried === 0 ? nothingToRetry : retriedText(json.retried) };
  },
});

/** `emit` says "rejected" of two kinds of events, and only one of them can be listed. */
const nothingRejected =
  "The rejected queue is empty. It has what the stack refused; what emit refuses before it sends is only in emit's output.";

const nothingToRetry = "The rejected queue is empty: there was nothing to send again.";

function retriedText(count: number): string {
  const events = count === 1 ? "event" : "events";
  return `Sent ${count} rejected ${events} to the ingest queue again. rejected list shows what the stack refuses once more.`;
}

const shape: readonly TableColumn<RejectedMessage>[] = [
  {
    title: "REJECTED (UTC)",
    cell: ({ rejected_at }) => formatTime(rejected_at),
    style: () => "dim",
  },
  { title: "ORG", cell: ({ body }) => parseRejectedEvent(body).org_id ?? "-" },
  { title: "ACTION", cell: ({ body }) => parseRejectedEvent(body).action ?? "-" },
  { title: "ENTITY", cell: ({ body }) => entityOf(body) },
  { title: "CODE", cell: ({ code }) => code ?? "-", style: () => "red" },
  { title: "REASON", cell: ({ reason }) => reason ?? "see the log of the ingest function" },
];

function entityOf(body: string): string {
  const { entity_type, entity_id } = parseRejectedEvent(body);
  return entity_type === null && entity_id === null ? "-" : `${entity_type ?? "-"} ${entity_id ?? "-"}`;
}

function parseLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CliError("usage", `--limit takes a whole number from 1 to 99999, and not '${text}'.`);
}
