import * as z from "zod";
import { callApi } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { parseDuration } from "#clients/cli/duration.ts";
import { printable } from "#clients/cli/printable.ts";
import { table } from "#clients/cli/table.ts";
import {
  describeEndpoint,
  endpointAnswer,
  endpointColumns,
  endpointPath,
  endpointSchema,
  endpointsPath,
  eventsOption,
  headersOption,
  parseHeaderLines,
} from "#clients/cli/webhooks/endpoint.ts";

export const webhooksCreate = defineVerb({
  name: "webhooks create",
  summary: "Has events sent to a URL. Its signing secret is shown this once.",
  examples: ["webhooks create https://example.com/hook --events 'invoice.*' payment.received"],
  operands: ["URL"],
  options: {
    events: { ...eventsOption, required: true },
    entity: { value: "ID", help: "only events of this document" },
    description: { value: "TEXT", help: "a note for people" },
    header: headersOption,
    ...accessOptions,
  },
  async run(given, session) {
    const [entity_id, description] = [given.text("entity"), given.text("description")];
    const headerLines = given.list("header");
    const body = {
      url: given.operand("URL"),
      events: given.list("events"),
      ...(entity_id === undefined ? {} : { entity_id }),
      ...(description === undefined ? {} : { description }),
      ...(headerLines.length === 0 ? {} : { headers: parseHeaderLines(headerLines) }),
    };
    const access = await findAccess(given, session);
    const { body: json } = await callApi(access, { method: "POST", path: endpointsPath, body }, withSecret);
    session.stderr.write(`${storeNow(json)} Next: webhooks test ${printable(json.endpoint.endpoint_id)}\n`);
    return { json, text: printable(json.endpoint.secret) };
  },
});

export const webhooksList = defineVerb({
  name: "webhooks list",
  summary: "Lists the endpoints, oldest first.",
  examples: ["webhooks list"],
  options: accessOptions,
  async run(given, session) {
    const answer = z.object({ endpoints: z.array(endpointSchema) });
    const { body: json } = await callApi(await findAccess(given, session), { path: endpointsPath }, answer);
    if (json.endpoints.length === 0) return { json, text: "There is no endpoint yet: webhooks create URL makes one." };
    return { json, text: table(endpointColumns, json.endpoints, session.columns) };
  },
});

export const webhooksShow = defineVerb({
  name: "webhooks show",
  summary: "Shows an endpoint and how it fares.",
  examples: ["webhooks show wh_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID"],
  options: accessOptions,
  async run(given, session) {
    const path = endpointPath(given.operand("ENDPOINT_ID"));
    const { body: json } = await callApi(await findAccess(given, session), { path }, endpointAnswer);
    return { json, text: describeEndpoint(json.endpoint) };
  },
});

export const webhooksDelete = defineVerb({
  name: "webhooks delete",
  summary: "Removes an endpoint: nothing more is sent to it.",
  examples: ["webhooks delete wh_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID"],
  options: accessOptions,
  async run(given, session) {
    const id = given.operand("ENDPOINT_ID");
    const request = { method: "DELETE", path: endpointPath(id) } as const;
    await callApi(await findAccess(given, session), request, z.unknown());
    return { json: { deleted: id }, text: `Deleted ${printable(id)}.` };
  },
});

export const webhooksRotateSecret = defineVerb({
  name: "webhooks rotate-secret",
  summary: "Gives an endpoint a new signing secret, shown this once. Both sign while they overlap.",
  examples: ["webhooks rotate-secret wh_0123456789abcdef0123456789abcdef --overlap 24h"],
  operands: ["ENDPOINT_ID"],
  options: {
    overlap: { value: "24h", help: "how long the old one still signs; 24h when left out, 0h for not at all" },
    ...accessOptions,
  },
  async run(given, session) {
    const overlap = given.text("overlap");
    const body = overlap === undefined ? {} : { overlap_seconds: readOverlap(overlap) };
    const path = `${endpointPath(given.operand("ENDPOINT_ID"))}/rotate-secret`;
    const { body: json } = await callApi(await findAccess(given, session), { method: "POST", path, body }, withSecret);
    session.stderr.write(`${storeNow(json)}\n`);
    return { json, text: printable(json.endpoint.secret) };
  },
});

const withSecret = z.object({ endpoint: endpointSchema.extend({ secret: z.string() }) });

/** Goes to stderr: stdout has the secret alone, so that scripts can capture it. */
function storeNow({ endpoint }: z.infer<typeof withSecret>): string {
  return `Store the secret now: it is not shown again. It signs for ${printable(endpoint.endpoint_id)}.`;
}

function readOverlap(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration.years === 0) return duration.ms / 1000;
  throw new CliError("usage", `--overlap takes a time, such as 24h, 30m or 0h, and not '${text}'.`);
}
