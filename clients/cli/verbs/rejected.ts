import { SQSClient } from "@aws-sdk/client-sqs";
import { CliError } from "../outcome.ts";
import { peek, type RejectedMessage } from "../rejected-queue.ts";
import { retryRejected } from "../retry.ts";
import { type Column, table } from "../table.ts";
import { findTarget } from "../target.ts";
import { moment } from "../time.ts";
import { defineVerb } from "../verb.ts";

export const rejectedList = defineVerb({
  name: "rejected list",
  summary: "Shows refused events, why they were refused, and leaves them where they are.",
  options: { limit: { value: "N", help: "events at most; 100 when left out" } },
  async run({ text }, { cwd, columns, stderr }) {
    const limit = readLimit(text("limit"), 100);
    const target = await findTarget(cwd, text("stack"));
    const seen = await peek(new SQSClient(target.clientConfig("sqs")), target.queues.rejected, limit + 1);
    const rejected = seen.slice(0, limit).map(({ receipt: _, ...message }): RejectedMessage => message);
    const has_more = seen.length > limit;
    if (has_more) stderr.write("There are more: --limit shows more of them.\n");
    const json = { rejected, has_more };
    return { json, text: rejected.length === 0 ? "No rejected events." : table(shape, rejected, columns) };
  },
});

export const rejectedRetry = defineVerb({
  name: "rejected retry",
  summary: "Sends refused events to the ingest queue again, after what refused them is mended.",
  options: { limit: { value: "N", help: "events at most; 1000 when left out" } },
  async run({ text }, { cwd }) {
    const limit = readLimit(text("limit"), 1_000);
    const target = await findTarget(cwd, text("stack"));
    const client = new SQSClient(target.clientConfig("sqs"));
    const json = { retried: await retryRejected({ client, queues: target.queues, limit }) };
    return { json, text: `Sent ${json.retried} again. rejected list shows what is refused once more.` };
  },
});

const shape: readonly Column<RejectedMessage>[] = [
  {
    title: "REJECTED (UTC)",
    cell: ({ rejected_at }) => moment(rejected_at),
    style: () => "dim",
  },
  { title: "MESSAGE", cell: ({ message_id }) => message_id ?? "-", style: () => "dim" },
  { title: "CODE", cell: ({ code }) => code ?? "-", style: () => "red" },
  { title: "REASON", cell: ({ reason }) => reason ?? "see the log of the ingest function" },
];

function readLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CliError("usage", `--limit takes a whole number from 1 to 99999, and not '${text}'.`);
}
