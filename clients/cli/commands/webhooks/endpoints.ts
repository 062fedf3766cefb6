import * as z from "zod";
import { callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable } from "#clients/cli/output.ts";
import { parseDuration } from "#clients/cli/time-options.ts";
import {
  endpointColumns,
  endpointPath,
  endpointResponseSchema,
  endpointSchema,
  endpointsPath,
  eventsOption,
  formatEndpoint,
  headersOption,
  parseHeaderLines,
  warnOfUnknownEventTypes,
} from "#clients/cli/webhooks/endpoint-view.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

export const webhooksCreate = defineCommand({
  name: "webhooks create",
  summary: "Creates an endpoint: a URL that events are sent to. Its signing secret is shown only now.",
  examples: ["webhooks create https://example.com/hook --events 'invoice.*' payment.received"],
  operands: ["URL"],
  options: {
    events: { ...eventsOption, required: true },
    entity: { value: "ID", help: "only events of this document" },
    description: { value: "TEXT", help: "a note" },
    header: headersOption,
    ...credentialOptions,
  },
  async run(args, context) {
    const entity_id = args.text("entity");
    const description = args.text("description");
    const headerLines = args.list("header");
    const body = {
      url: args.operand("URL"),
      events: args.list("events"),
      ...(entity_id === undefined ? {} : { entity_id }),
      ...(description === undefined ? {} : { description }),
      ...(headerLines.length === 0 ? {} : { headers: parseHeaderLines(headerLines) }),
    };
    const access = await resolveCredentials(args, context);
    const { body: json } = await callApi(
      access,
      { method: "POST", path: endpointsPath, body },
      endpointWithSecretSchema,
    );
    warnOfUnknownEventTypes(body.events, context);
    context.stderr.write(`${formatSecretNote(json)} Next: webhooks test ${toPrintable(json.endpoint.endpoint_id)}\n`);
    return { json, text: toPrintable(json.endpoint.secret) };
  },
});

export const webhooksList = defineCommand({
  name: "webhooks list",
  summary: "Lists the endpoints, oldest first.",
  examples: ["webhooks list"],
  options: credentialOptions,
  async run(args, context) {
    const responseSchema = z.object({ endpoints: z.array(endpointSchema) });
    const { body: json } = await callApi(
      await resolveCredentials(args, context),
      { path: endpointsPath },
      responseSchema,
    );
    if (json.endpoints.length === 0) return { json, text: "No endpoints. Create one with webhooks create URL." };
    return { json, text: formatTable(endpointColumns, json.endpoints, context.columns) };
  },
});

export const webhooksShow = defineCommand({
  name: "webhooks show",
  summary: "Shows an endpoint and the state of its circuit breaker.",
  examples: ["webhooks show wh_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID"],
  options: credentialOptions,
  async run(args, context) {
    const path = endpointPath(args.operand("ENDPOINT_ID"));
    const { body: json } = await callApi(await resolveCredentials(args, context), { path }, endpointResponseSchema);
    return { json, text: formatEndpoint(json.endpoint) };
  },
});

export const webhooksDelete = defineCommand({
  name: "webhooks delete",
  summary: "Deletes an endpoint. Nothing more is sent to it.",
  examples: ["webhooks delete wh_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID"],
  options: credentialOptions,
  async run(args, context) {
    const id = args.operand("ENDPOINT_ID");
    const request = { method: "DELETE", path: endpointPath(id) } as const;
    await callApi(await resolveCredentials(args, context), request, z.unknown());
    return { json: { deleted: id }, text: `Deleted ${toPrintable(id)}.` };
  },
});

export const webhooksRotateSecret = defineCommand({
  name: "webhooks rotate-secret",
  summary: "Creates a new signing secret and shows it only now. During the overlap, both sign.",
  examples: ["webhooks rotate-secret wh_0123456789abcdef0123456789abcdef --overlap 24h"],
  operands: ["ENDPOINT_ID"],
  options: {
    overlap: { value: "24h", help: "how long the old secret still signs; default 24h, 0h for not at all" },
    ...credentialOptions,
  },
  async run(args, context) {
    const overlap = args.text("overlap");
    const body = overlap === undefined ? {} : { overlap_seconds: parseOverlap(overlap) };
    const path = `${endpointPath(args.operand("ENDPOINT_ID"))}/rotate-secret`;
    const { body: json } = await callApi(
      await resolveCredentials(args, context),
      { method: "POST", path, body },
      endpointWithSecretSchema,
    );
    context.stderr.write(`${formatSecretNote(json)}\n`);
    return { json, text: toPrintable(json.endpoint.secret) };
  },
});

const endpointWithSecretSchema = z.object({ endpoint: endpointSchema.extend({ secret: z.string() }) });

/** Written to stderr, because stdout has only the secret, for scripts to capture. */
function formatSecretNote({ endpoint }: z.infer<typeof endpointWithSecretSchema>): string {
  return `Store the secret of ${toPrintable(endpoint.endpoint_id)} now: it is not shown again.`;
}

function parseOverlap(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration.years === 0) return duration.ms / 1000;
  throw new CliError("usage", `--overlap must be a duration such as 24h, 30m or 0h, not '${text}'.`);
}
