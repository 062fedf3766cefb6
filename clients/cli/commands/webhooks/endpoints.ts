import * as z from "zod";
import { callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, findCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable, toPrintable } from "#clients/cli/output.ts";
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
} from "#clients/cli/webhooks/endpoint-view.ts";

export const webhooksCreate = defineCommand({
  name: "webhooks create",
  summary: "Has events sent to a URL. Its signing secret is shown this once.",
  examples: ["webhooks create https://example.com/hook --events 'invoice.*' payment.received"],
  operands: ["URL"],
  options: {
    events: { ...eventsOption, required: true },
    entity: { value: "ID", help: "only events of this document" },
    description: { value: "TEXT", help: "a note for people" },
    header: headersOption,
    ...credentialOptions,
  },
  async run(args, context) {
    const [entity_id, description] = [args.text("entity"), args.text("description")];
    const headerLines = args.list("header");
    const body = {
      url: args.operand("URL"),
      events: args.list("events"),
      ...(entity_id === undefined ? {} : { entity_id }),
      ...(description === undefined ? {} : { description }),
      ...(headerLines.length === 0 ? {} : { headers: parseHeaderLines(headerLines) }),
    };
    const access = await findCredentials(args, context);
    const { body: json } = await callApi(
      access,
      { method: "POST", path: endpointsPath, body },
      endpointWithSecretSchema,
    );
    context.stderr.write(`${storeSecretNote(json)} Next: webhooks test ${toPrintable(json.endpoint.endpoint_id)}\n`);
    return { json, text: toPrintable(json.endpoint.secret) };
  },
});

export const webhooksList = defineCommand({
  name: "webhooks list",
  summary: "Lists the endpoints, oldest first.",
  examples: ["webhooks list"],
  options: credentialOptions,
  async run(args, context) {
    const answer = z.object({ endpoints: z.array(endpointSchema) });
    const { body: json } = await callApi(await findCredentials(args, context), { path: endpointsPath }, answer);
    if (json.endpoints.length === 0) return { json, text: "There is no endpoint yet: webhooks create URL makes one." };
    return { json, text: formatTable(endpointColumns, json.endpoints, context.columns) };
  },
});

export const webhooksShow = defineCommand({
  name: "webhooks show",
  summary: "Shows an endpoint and how it fares.",
  examples: ["webhooks show wh_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID"],
  options: credentialOptions,
  async run(args, context) {
    const path = endpointPath(args.operand("ENDPOINT_ID"));
    const { body: json } = await callApi(await findCredentials(args, context), { path }, endpointResponseSchema);
    return { json, text: formatEndpoint(json.endpoint) };
  },
});

export const webhooksDelete = defineCommand({
  name: "webhooks delete",
  summary: "Removes an endpoint: nothing more is sent to it.",
  examples: ["webhooks delete wh_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID"],
  options: credentialOptions,
  async run(args, context) {
    const id = args.operand("ENDPOINT_ID");
    const request = { method: "DELETE", path: endpointPath(id) } as const;
    await callApi(await findCredentials(args, context), request, z.unknown());
    return { json: { deleted: id }, text: `Deleted ${toPrintable(id)}.` };
  },
});

export const webhooksRotateSecret = defineCommand({
  name: "webhooks rotate-secret",
  summary: "Gives an endpoint a new signing secret, shown this once. Both sign while they overlap.",
  examples: ["webhooks rotate-secret wh_0123456789abcdef0123456789abcdef --overlap 24h"],
  operands: ["ENDPOINT_ID"],
  options: {
    overlap: { value: "24h", help: "how long the old one still signs; 24h when left out, 0h for not at all" },
    ...credentialOptions,
  },
  async run(args, context) {
    const overlap = args.text("overlap");
    const body = overlap === undefined ? {} : { overlap_seconds: parseOverlap(overlap) };
    const path = `${endpointPath(args.operand("ENDPOINT_ID"))}/rotate-secret`;
    const { body: json } = await callApi(
      await findCredentials(args, context),
      { method: "POST", path, body },
      endpointWithSecretSchema,
    );
    context.stderr.write(`${storeSecretNote(json)}\n`);
    return { json, text: toPrintable(json.endpoint.secret) };
  },
});

const endpointWithSecretSchema = z.object({ endpoint: endpointSchema.extend({ secret: z.string() }) });

/** Goes to stderr: stdout has the secret alone, so that scripts can capture it. */
function storeSecretNote({ endpoint }: z.infer<typeof endpointWithSecretSchema>): string {
  return `Store the secret now: it is not shown again. It signs for ${toPrintable(endpoint.endpoint_id)}.`;
}

function parseOverlap(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration.years === 0) return duration.ms / 1000;
  throw new CliError("usage", `--overlap takes a time, such as 24h, 30m or 0h, and not '${text}'.`);
}
