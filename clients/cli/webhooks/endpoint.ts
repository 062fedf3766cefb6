import * as z from "zod";
import type { Option } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { type Fact, facts } from "#clients/cli/key-value-list.ts";
import { printable } from "#clients/cli/printable.ts";
import type { Column, Style } from "#clients/cli/table.ts";
import { moment } from "#clients/cli/time.ts";

export const endpointsPath = "/api/public/v1/webhooks/endpoints";

export const eventsOption = {
  value: "FILTER",
  multiple: true,
  help: "what it gets: invoice.sent, invoice.*, *.voided, * for all",
} satisfies Option;

export const headersOption = {
  value: "'NAME: VALUE'",
  multiple: true,
  help: "a header of every request, for a gateway in front of the receiver; ten at most, values are never shown",
} satisfies Option;

/** Parses header lines, such as `X-Api-Key: abc`. Throws `CliError`, which does not repeat a value. */
export function parseHeaderLines(lines: readonly string[]): Record<string, string> {
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new CliError("usage", "--header takes 'NAME: VALUE', such as 'X-Api-Key: abc'.");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
  });
  const names = headers.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new CliError("usage", `--header gives ${printable(twice)} twice.`);
  return Object.fromEntries(headers);
}

export function endpointPath(id: string): string {
  return `${endpointsPath}/${encodeURIComponent(id)}`;
}

const health = z.looseObject({
  circuit: z.string(),
  consecutive_failures: z.number(),
  failing_since: z.nullable(z.string()),
  last_success_at: z.nullable(z.string()),
});

/** An endpoint as the API shows it: its secret only when it is new, its health only by itself. */
export const endpointSchema = z.looseObject({
  endpoint_id: z.string(),
  url: z.string(),
  secret: z.optional(z.string()),
  events: z.array(z.string()),
  entity_id: z.nullable(z.string()),
  description: z.nullable(z.string()),
  /** Absent in stacks of earlier releases. */
  header_names: z.optional(z.array(z.string())),
  status: z.string(),
  disabled_reason: z.nullable(z.string()),
  disabled_at: z.nullable(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  health: z.optional(health),
});

export type Endpoint = z.infer<typeof endpointSchema>;

export const endpointAnswer = z.object({ endpoint: endpointSchema });

export const endpointColumns: readonly Column<Endpoint>[] = [
  { title: "ENDPOINT", cell: ({ endpoint_id }) => endpoint_id },
  { title: "STATUS", cell: ({ status }) => status, style: statusStyle },
  { title: "EVENTS", cell: ({ events }) => events.join(" ") },
  { title: "URL", cell: ({ url }) => url },
];

export function describeEndpoint(endpoint: Endpoint): string {
  const { endpoint_id, url, events, entity_id, description, header_names = [], created_at, updated_at } = endpoint;
  return facts([
    ["endpoint", endpoint_id],
    ["url", url],
    ["events", events.join(" ")],
    ["entity", entity_id ?? "any"],
    ["description", description ?? "-"],
    ["headers", header_names.length === 0 ? "-" : header_names.map((name) => `${name}: …`).join(", ")],
    ["status", status(endpoint), statusStyle(endpoint)],
    ...(endpoint.health === undefined ? [] : healthFacts(endpoint.health)),
    ["created", moment(created_at)],
    ["updated", moment(updated_at)],
  ]);
}

function status({ status: now, disabled_reason, disabled_at }: Endpoint): string {
  return disabled_at === null ? now : `${now} (${disabled_reason}) since ${moment(disabled_at)}`;
}

function statusStyle({ status: now }: Endpoint): Style {
  return now === "enabled" ? "green" : "red";
}

function healthFacts({
  circuit,
  consecutive_failures,
  failing_since,
  last_success_at,
}: z.infer<typeof health>): Fact[] {
  const failing = failing_since === null ? "" : `, since ${moment(failing_since)}`;
  return [
    ["circuit", circuit, circuit === "closed" ? "green" : "red"],
    ["failures", `${consecutive_failures}${failing}`],
    ["last success", last_success_at === null ? "never" : moment(last_success_at)],
  ];
}
