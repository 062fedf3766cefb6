import { styleText } from "node:util";
import * as z from "zod";
import { facts } from "#clients/cli/key-value-list.ts";
import { printable, printableLines } from "#clients/cli/printable.ts";
import type { Column, Style } from "#clients/cli/table.ts";
import { moment } from "#clients/cli/time.ts";
import { endpointPath } from "./endpoint.ts";

export function deliveryPath(endpointId: string, deliveryId: string): string {
  return `${endpointPath(endpointId)}/deliveries/${encodeURIComponent(deliveryId)}`;
}

export const deliverySchema = z.looseObject({
  delivery_id: z.string(),
  event_id: z.nullable(z.string()),
  event_type: z.string(),
  status: z.string(),
  reason: z.nullable(z.string()),
  attempt_count: z.number(),
  created_at: z.string(),
  last_response_status: z.nullable(z.number()),
  last_error: z.nullable(z.string()),
  next_attempt_at: z.nullable(z.string()),
});

export type Delivery = z.infer<typeof deliverySchema>;

const attemptSchema = z.looseObject({
  number: z.number(),
  at: z.string(),
  duration_ms: z.number(),
  outcome: z.string(),
  response_status: z.nullable(z.number()),
  error: z.nullable(z.string()),
  message: z.nullable(z.string()),
  response_headers: z.record(z.string(), z.string()),
  response_body: z.string(),
  response_truncated: z.boolean(),
});

type Attempt = z.infer<typeof attemptSchema>;

export const deliveryAnswer = z.object({ delivery: deliverySchema.extend({ attempts: z.array(attemptSchema) }) });

export type DeliveryAnswer = z.infer<typeof deliveryAnswer>;

/** What the API says of a delivery that it has just been asked for. */
export const requestedAnswer = z.object({ delivery: z.looseObject({ delivery_id: z.string() }) });

export const deliveryColumns: readonly Column<Delivery>[] = [
  { title: "CREATED (UTC)", cell: ({ created_at }) => moment(created_at), style: () => "dim" },
  { title: "DELIVERY", cell: ({ delivery_id }) => delivery_id },
  { title: "EVENT TYPE", cell: ({ event_type }) => event_type },
  { title: "STATUS", cell: ({ status }) => status, style: ({ status }) => statusStyle(status) },
  { title: "ATTEMPTS", cell: ({ attempt_count }) => String(attempt_count) },
  { title: "LAST", cell: ({ last_response_status, last_error }) => String(last_response_status ?? last_error ?? "-") },
  { title: "NEXT (UTC)", cell: nextAttempt },
  { title: "REASON", cell: ({ reason }) => reason ?? "-" },
];

/** Tells of a delivery and of each of its attempts, with what the endpoint answered. */
export function describeDelivery({ delivery }: DeliveryAnswer): string {
  const { delivery_id, event_id, event_type, status, created_at, attempts } = delivery;
  const about = facts([
    ["delivery", delivery_id],
    ["event type", event_type],
    ["event", event_id ?? "none: this is a test"],
    ["status", status, statusStyle(status)],
    status === "failed" ? ["reason", delivery.reason ?? "-"] : ["next attempt", nextAttempt(delivery)],
    ["created", moment(created_at)],
  ]);
  return [about, ...attempts.map(describeAttempt)].join("\n\n");
}

function describeAttempt({ number, at, duration_ms, outcome, response_status, error, ...answer }: Attempt): string {
  const result = styleText(statusStyle(outcome), printable(`${outcome} ${response_status ?? error ?? ""}`.trimEnd()));
  const headers = Object.entries(answer.response_headers).map(([name, value]) => printable(`${name}: ${value}`));
  const body = answer.response_body === "" ? [] : ["", ...printableLines(answer.response_body)];
  const told = [
    ...(answer.message === null ? [] : printableLines(answer.message)),
    ...headers,
    ...body,
    ...(answer.response_truncated ? ["… and more, which is not kept"] : []),
  ];
  const title = `Attempt ${number}  ${moment(at)}  ${result}  in ${Math.round(duration_ms)} ms`;
  return [title, ...told.map((line) => `    ${line}`.trimEnd())].join("\n");
}

function nextAttempt({ next_attempt_at }: Delivery): string {
  return next_attempt_at === null ? "-" : moment(next_attempt_at);
}

function statusStyle(status: string): Style {
  if (status === "succeeded") return "green";
  return status === "failed" ? "red" : "yellow";
}
