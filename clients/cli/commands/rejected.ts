import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";
import { parseRejectedEvent } from "#clients/cli/rejected/rejected-event.ts";
import type { RejectedMessage } from "#clients/cli/rejected/rejected-queue.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { formatTime } from "#clients/cli/time-options.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

const exampleId = "0f3a5e2c-7d41-4b7e-9d0c-2a6b8c1e4f5a";

export const rejectedList = defineCommand({
  name: "rejected list",
  summary: "Lists rejected events with the reason. They stay in the rejected queue, for 14 days.",
  examples: ["rejected list --limit 20"],
  options: { limit: { value: "N", help: "events at most; default 100" } },
  async run({ text }, context) {
    const limit = parseLimit(text("limit"), 100);
    const stack = await resolveStack(context, text("stack"));
    const { SQSClient } = await import("@aws-sdk/client-sqs");
    const { peekRejected } = await import("#clients/cli/rejected/rejected-queue.ts");
    const seen = await peekRejected(new SQSClient(stack.clientConfig("sqs")), stack.queues.rejected, limit + 1);
    const rejected = seen.slice(0, limit).map(({ receipt: _, ...message }): RejectedMessage => message);
    const has_more = seen.length > limit;
    if (has_more) context.stderr.write("More events follow. Raise --limit to show them.\n");
    const json = { rejected, has_more };
    return {
      json,
      text: rejected.length === 0 ? nothingRejected : formatTable(tableColumns, rejected, context.columns),
    };
  },
});

export const rejectedRetry = defineCommand({
  name: "rejected retry",
  summary: "Sends rejected events to the ingest queue again, after their cause is fixed.",
  examples: ["rejected retry"],
  options: { limit: { value: "N", help: "events at most; default 1000" } },
  async run({ text }, context) {
    const limit = parseLimit(text("limit"), 1_000);
    const stack = await resolveStack(context, text("stack"));
    const { SQSClient } = await import("@aws-sdk/client-sqs");
    const { retryRejected } = await import("#clients/cli/rejected/retry-rejected.ts");
    const client = new SQSClient(stack.clientConfig("sqs"));
    const json = { retried: await retryRejected({ client, queues: stack.queues, limit }) };
    return { json, text: json.retried === 0 ? nothingToRetry : formatRetried(json.retried) };
  },
});

export const rejectedDiscard = defineCommand({
  name: "rejected discard",
  summary: "Deletes a rejected event that cannot be fixed, and shows it a last time.",
  examples: [`rejected discard ${exampleId} --confirm ${exampleId}`],
  operands: ["MESSAGE_ID"],
  options: {
    confirm: { value: "MESSAGE_ID", required: true, help: "the message id again: the event is lost for good" },
  },
  async run({ operand, text }, context) {
    const messageId = operand("MESSAGE_ID");
    if (text("confirm") !== messageId) throw new CliError("usage", "--confirm must repeat MESSAGE_ID exactly.");
    const stack = await resolveStack(context, text("stack"));
    const { SQSClient } = await import("@aws-sdk/client-sqs");
    const { discardRejected } = await import("#clients/cli/rejected/discard-rejected.ts");
    const client = new SQSClient(stack.clientConfig("sqs"));
    const found = await discardRejected({ client, queueUrl: stack.queues.rejected, messageId });
    if (found === null) {
      throw new CliError("failed", `No rejected event has the message id ${messageId}. rejected list shows the ids.`);
    }
    const { receipt: _, ...discarded } = found;
    return { json: { discarded }, text: toPrintable(`Discarded ${messageId} (${found.code}): ${found.body}`) };
  },
});

/** `emit` rejects some events before it sends them; those never reach the queue. */
const nothingRejected =
  "The rejected queue is empty. Events that emit refuses before it sends them are only in its own output.";

const nothingToRetry = "The rejected queue is empty. No event was sent again.";

function formatRetried(count: number): string {
  const events = count === 1 ? "event" : "events";
  return `Sent ${count} rejected ${events} to the ingest queue again. Any that are rejected once more appear in rejected list.`;
}

const tableColumns: readonly TableColumn<RejectedMessage>[] = [
  { title: "MESSAGE ID", cell: ({ message_id }) => message_id ?? "-" },
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

function parseLimit(text: string | undefined, defaultLimit: number): number {
  if (text === undefined) return defaultLimit;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CliError("usage", `--limit must be a whole number from 1 to 99999, not '${text}'.`);
}
