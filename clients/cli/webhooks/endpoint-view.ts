import * as z from "zod";
import { apiPath } from "#clients/cli/api/activity-api.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import type { CommandOption } from "#clients/cli/command-description.ts";
import { CliError } from "#clients/cli/command-result.ts";
import type { TableColumn, TextStyle } from "#clients/cli/output.ts";
import { formatKeyValues, type KeyValue } from "#clients/cli/output.ts";
import { formatTime } from "#clients/cli/time-options.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";

export const endpointsPath = `${apiPath}/webhooks/endpoints`;

export const eventsOption = {
  value: "FILTER",
  multiple: true,
  help: "event types: invoice.sent, invoice.*, *.voided, or * for all",
} satisfies CommandOption;

export const headersOption = {
  value: "'NAME: VALUE'",
  multiple: true,
  help: "a header for every request, at most ten; values are never shown",
} satisfies CommandOption;

/** Parses header lines, such as `X-Api-Key: abc`. Throws `CliError`, which does not repeat a value. */
export function parseHeaderLines(lines: readonly string[]): Record<string, string> {
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new CliError("usage", "--header needs 'NAME: VALUE', such as 'X-Api-Key: abc'.");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
  });
  const names = headers.map(([name]) => name);
  const duplicate = names.find((name, at) => names.indexOf(name) < at);
  if (duplicate !== undefined)
    throw new CliError("usage", `--header has ${toPrintable(duplicate)} twice. Give each name once.`);
  return Object.fromEntries(headers);
}

/** Warns of filters for one event type that the catalogue does not have. They are valid, and may never match. */
export function warnOfUnknownEventTypes(filters: readonly string[], { stderr }: Pick<CommandContext, "stderr">): void {
  const known = eventTypeCatalogue.map(({ event_type }) => event_type);
  for (const filter of filters.filter((each) => !each.includes("*") && !known.includes(each))) {
    const hint = formatSuggestion(filter, known) || " webhooks event-types lists them.";
    stderr.write(`${toPrintable(`Warning: '${filter}' is not a known event type.${hint}`)}\n`);
  }
}

export function endpointPath(id: string): string {
  return `${endpointsPath}/${encodeURIComponent(id)}`;
}

const healthSchema = z.looseObject({
  circuit: z.string(),
  consecutive_failures: z.number(),
  failing_since: z.nullable(z.string()),
  last_success_at: z.nullable(z.string()),
});

/** An endpoint in a response: `secret` only in the one that created it, `health` only in that of a single endpoint. */
export const endpointSchema = z.looseObject({
  endpoint_id: z.string(),
  url: z.string(),
  secret: z.optional(z.string()),
  events: z.array(z.string()),
  entity_id: z.nullable(z.string()),
  description: z.nullable(z.string()),
  /** Absent in responses of earlier releases. */
  header_names: z.optional(z.array(z.string())),
  status: z.string(),
  disabled_reason: z.nullable(z.string()),
  disabled_at: z.nullable(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  health: z.optional(healthSchema),
});

export type EndpointView = z.infer<typeof endpointSchema>;

export const endpointResponseSchema = z.object({ endpoint: endpointSchema });

export const endpointColumns: readonly TableColumn<EndpointView>[] = [
  { title: "ENDPOINT", cell: ({ endpoint_id }) => endpoint_id },
  { title: "STATUS", cell: ({ status }) => status, style: statusStyle },
  { title: "EVENTS", cell: ({ events }) => events.join(" ") },
  { title: "URL", cell: ({ url }) => url },
];

export function formatEndpoint(endpoint: EndpointView): string {
  const { endpoint_id, url, events, entity_id, description, header_names = [], created_at, updated_at } = endpoint;
  return formatKeyValues([
    ["endpoint", endpoint_id],
    ["url", url],
    ["events", events.join(" ")],
    ["entity", entity_id ?? "any"],
    ["description", description ?? "-"],
    ["headers", header_names.length === 0 ? "-" : header_names.map((name) => `${name}: …`).join(", ")],
    ["status", formatStatus(endpoint), statusStyle(endpoint)],
    ...(endpoint.health === undefined ? [] : healthRows(endpoint.health)),
    ["created", formatTime(created_at)],
    ["updated", formatTime(updated_at)],
  ]);
}

function formatStatus({ status: state, disabled_reason, disabled_at }: EndpointView): string {
  return disabled_at === null ? state : `${state} (${disabled_reason}) since ${formatTime(disabled_at)}`;
}

function statusStyle({ status: state }: EndpointView): TextStyle {
  return state === "enabled" ? "green" : "red";
}

function healthRows({
  circuit,
  consecutive_failures,
  failing_since,
  last_success_at,
}: z.infer<typeof healthSchema>): KeyValue[] {
  const failing = failing_since === null ? "" : `, since ${formatTime(failing_since)}`;
  return [
    ["circuit", circuit, circuit === "closed" ? "green" : "red"],
    ["failures", `${consecutive_failures}${failing}`],
    ["last success", last_success_at === null ? "never" : formatTime(last_success_at)],
  ];
}
