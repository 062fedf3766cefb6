import * as z from "zod";
import { callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand, type ParsedArgs } from "#clients/cli/command.ts";
import type { CommandOption } from "#clients/cli/command-description.ts";
import { CliError } from "#clients/cli/command-result.ts";
import {
  endpointPath,
  endpointResponseSchema,
  eventsOption,
  formatEndpoint,
  headersOption,
  parseHeaderLines,
  warnOfUnknownEventTypes,
} from "#clients/cli/webhooks/endpoint-view.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

const updateResponseSchema = endpointResponseSchema.extend({
  missed: z.optional(z.object({ since: z.string(), until: z.string(), only: z.string() })),
});

const updateOptions = {
  url: { value: "URL", help: "the URL to send to" },
  events: eventsOption,
  entity: { value: "ID", help: "only events of this document; '' for any" },
  description: { value: "TEXT", help: "a note; '' for none" },
  header: { ...headersOption, help: "replaces all headers; give them again with --url" },
  "no-headers": { help: "removes all headers" },
  enable: { help: "resume sending" },
  disable: { help: "stop sending" },
} satisfies Record<string, CommandOption>;

export const webhooksUpdate = defineCommand({
  name: "webhooks update",
  summary: "Changes an endpoint. Enabling one again shows how to replay what it missed.",
  examples: [
    "webhooks update wh_0123456789abcdef0123456789abcdef --events invoice.sent",
    "webhooks update wh_0123456789abcdef0123456789abcdef --enable",
  ],
  operands: ["ENDPOINT_ID"],
  options: { ...updateOptions, ...credentialOptions },
  async run(args, context) {
    const body = toPatch(args);
    if (Object.keys(body).length === 0) {
      throw new CliError("usage", `Nothing to change. Give one of --${Object.keys(updateOptions).join(", --")}.`);
    }
    const path = endpointPath(args.operand("ENDPOINT_ID"));
    const access = await resolveCredentials(args, context);
    const { body: json } = await callApi(access, { method: "PATCH", path, body }, updateResponseSchema);
    warnOfUnknownEventTypes(args.list("events"), context);
    const text = formatEndpoint(json.endpoint);
    if (json.missed === undefined) return { json, text };
    const { since, until, only } = json.missed;
    const replay = `webhooks replay ${json.endpoint.endpoint_id} --since ${since} --until ${until} --only ${only}`;
    return { json, text: `${text}\n\nTo send what it missed: ${toPrintable(replay)}` };
  },
});

/** Returns the body of the request: only the fields that were given. */
function toPatch({ text, list, flag }: Omit<ParsedArgs<keyof typeof updateOptions>, "operand">): object {
  const url = text("url");
  const entity = text("entity");
  const description = text("description");
  const filters = list("events");
  const headerLines = list("header");
  if (flag("no-headers") && headerLines.length > 0) {
    throw new CliError("usage", "Give --header or --no-headers, not both.");
  }
  if (flag("enable") && flag("disable")) throw new CliError("usage", "Give --enable or --disable, not both.");
  return {
    ...(url === undefined ? {} : { url }),
    ...(filters.length === 0 ? {} : { events: filters }),
    ...(entity === undefined ? {} : { entity_id: entity || null }),
    ...(description === undefined ? {} : { description: description || null }),
    ...(headerLines.length === 0 ? {} : { headers: parseHeaderLines(headerLines) }),
    ...(flag("no-headers") ? { headers: null } : {}),
    ...(flag("enable") || flag("disable") ? { enabled: flag("enable") } : {}),
  };
}
