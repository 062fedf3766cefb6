import { SQSClient } from "@aws-sdk/client-sqs";
import { defineVerb } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { rejectedEvent } from "#clients/cli/rejected-event.ts";
import { peek, type RejectedMessage } from "#clients/cli/rejected-queue.ts";
import { retryRejected } from "#clients/cli/retry.ts";
import { findTarget } from "#clients/cli/stack.ts";
import { type Column, table } from "#clients/cli/table.ts";
import { moment } from "#clients/cli/time.ts";

export const rejectedList = defineVerb({
  name: "rejected list",
  summary: "Shows refused events, why they were refused, and leaves them where they are.",
  examples: ["rejected list --limit 20"],
  options: { limit: { value: "N", help: "events at most; 100 when left out" } },
  async run({ text }, { cwd, columns, stderr }) {
    const limit = readLimit(text("limit"), 100);
    const target = await findTarget(cwd, text("stack"));
    const seen = await peek(new SQSClient(target.clientConfig("sqs")), target.queues.rejected, limit + 1);
    const rejected = seen.slice(0, limit).map(({ receipt: _, ...message }): RejectedMessage => message);
    const has_more = seen.length > limit;
    if (has_more) stderr.write("There are more: --limit shows more of them.\n");
    const json = { rejected, has_more };
    return { json, text: rejected.length === 0 ? nothingRejected : table(shape, rejected, columns) };
  },
});

export const rejectedRetry = defineVerb({
  name: "rejected retry",
  summary: "Sends refused events to the ingest queue again, after what refused them is mended.",
  examples: ["rejected retry"],
  options: { limit: { value: "N", help: "events at most; 1000 when left out" } },
  async run({ text }, { cwd }) {
    const limit = readLimit(text("limit"), 1_000);
    const target = await findTarget(cwd, text("stack"));
    const client = new SQSClient(target.clientConfig("sqs"));
    const json = { retried: await retryRejected({ client, queues: target.queues, limit }) };
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

const shape: readonly Column<RejectedMessage>[] = [
  {
    title: "REJECTED (UTC)",
    cell: ({ rejected_at }) => moment(rejected_at),
    style: () => "dim",
  },
  { title: "ORG", cell: ({ body }) => rejectedEvent(body).org_id ?? "-" },
  { title: "ACTION", cell: ({ body }) => rejectedEvent(body).action ?? "-" },
  { title: "ENTITY", cell: ({ body }) => entityOf(body) },
  { title: "CODE", cell: ({ code }) => code ?? "-", style: () => "red" },
  { title: "REASON", cell: ({ reason }) => reason ?? "see the log of the ingest function" },
];

function entityOf(body: string): string {
  const { entity_type, entity_id } = rejectedEvent(body);
  return entity_type === null && entity_id === null ? "-" : `${entity_type ?? "-"} ${entity_id ?? "-"}`;
}

function readLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CliError("usage", `--limit takes a whole number from 1 to 99999, and not '${text}'.`);
}
