import { styleText } from "node:util";
import * as z from "zod";
import type { TableColumn, TextStyle } from "#clients/cli/output.ts";
import { formatKeyValues } from "#clients/cli/output.ts";
import { formatTime } from "#clients/cli/time-options.ts";
import { toPrintable, toPrintableLines } from "#shared/platform/text/printable.ts";
import { endpointPath } from "./endpoint-view.ts";

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

export type DeliveryView = z.infer<typeof deliverySchema>;

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

type AttemptView = z.infer<typeof attemptSchema>;

export const deliveryResponseSchema = z.object({
  delivery: deliverySchema.extend({ attempts: z.array(attemptSchema) }),
});

export type DeliveryResponse = z.infer<typeof deliveryResponseSchema>;

/** The response to a request for a new delivery. */
export const requestedDeliverySchema = z.object({ delivery: z.looseObject({ delivery_id: z.string() }) });

export const deliveryColumns: readonly TableColumn<DeliveryView>[] = [
  { title: "CREATED (UTC)", cell: ({ created_at }) => formatTime(created_at), style: () => "dim" },
  { title: "DELIVERY", cell: ({ delivery_id }) => delivery_id },
  { title: "EVENT TYPE", cell: ({ event_type }) => event_type },
  { title: "STATUS", cell: ({ status }) => status, style: ({ status }) => statusStyle(status) },
  { title: "ATTEMPTS", cell: ({ attempt_count }) => String(attempt_count) },
  { title: "LAST", cell: ({ last_response_status, last_error }) => String(last_response_status ?? last_error ?? "-") },
  { title: "NEXT (UTC)", cell: formatNextAttempt },
  { title: "REASON", cell: ({ reason }) => reason ?? "-" },
];

/** Formats a delivery and each of its attempts, with the response of the endpoint. */
export function formatDelivery({ delivery }: DeliveryResponse): string {
  const { delivery_id, event_id, event_type, status, created_at, attempts } = delivery;
  const about = formatKeyValues([
    ["delivery", delivery_id],
    ["event type", event_type],
    ["event", event_id ?? "none (test delivery)"],
    ["status", status, statusStyle(status)],
    status === "failed" ? ["reason", delivery.reason ?? "-"] : ["next attempt", formatNextAttempt(delivery)],
    ["created", formatTime(created_at)],
  ]);
  return [about, ...attempts.map(formatAttempt)].join("\n\n");
}

function formatAttempt({ number, at, duration_ms, outcome, response_status, error, ...response }: AttemptView): string {
  const result = styleText(statusStyle(outcome), toPrintable(`${outcome} ${response_status ?? error ?? ""}`.trimEnd()));
  const headers = Object.entries(response.response_headers).map(([name, value]) => toPrintable(`${name}: ${value}`));
  const body = response.response_body === "" ? [] : ["", ...toPrintableLines(response.response_body)];
  const lines = [
    ...(response.message === null ? [] : toPrintableLines(response.message)),
    ...headers,
    ...body,
    ...(response.response_truncated ? ["… (truncated)"] : []),
  ];
  const title = `Attempt ${number}  ${formatTime(at)}  ${result}  in ${Math.round(duration_ms)} ms`;
  return [title, ...lines.map((line) => `    ${line}`.trimEnd())].join("\n");
}

function formatNextAttempt({ next_attempt_at }: DeliveryView): string {
  return next_attempt_at === null ? "-" : formatTime(next_attempt_at);
}

function statusStyle(status: string): TextStyle {
  if (status === "succeeded") return "green";
  return status === "failed" ? "red" : "yellow";
}
