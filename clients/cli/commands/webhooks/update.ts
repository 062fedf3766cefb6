import * as z from "zod";
import { callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, findCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { toPrintable } from "#clients/cli/output.ts";
import {
  endpointPath,
  endpointResponseSchema,
  eventsOption,
  formatEndpoint,
  headersOption,
  parseHeaderLines,
} from "#clients/cli/webhooks/endpoint-view.ts";

const updateAnswer = endpointResponseSchema.extend({
  missed: z.optional(z.object({ since: z.string(), until: z.string(), only: z.string() })),
});

export const webhooksUpdate = defineCommand({
  name: "webhooks update",
  summary: "Changes an endpoint. Enabling one again tells how to replay what it missed.",
  examples: [
    "webhooks update wh_0123456789abcdef0123456789abcdef --events invoice.sent",
    "webhooks update wh_0123456789abcdef0123456789abcdef --enable",
  ],
  operands: ["ENDPOINT_ID"],
  options: {
    url: { value: "URL", help: "where to send to from now on" },
    events: eventsOption,
    entity: { value: "ID", help: "only events of this document; '' for any" },
    description: { value: "TEXT", help: "a note for people; '' for none" },
    header: { ...headersOption, help: "replaces all headers; give them again with --url" },
    "no-headers": { help: "removes all headers" },
    enable: { help: "send to it again" },
    disable: { help: "send nothing to it" },
    ...credentialOptions,
  },
  async run(args, context) {
    const [url, entity, description] = [args.text("url"), args.text("entity"), args.text("description")];
    const [filters, enable, disable] = [args.list("events"), args.flag("enable"), args.flag("disable")];
    const [headerLines, noHeaders] = [args.list("header"), args.flag("no-headers")];
    if (noHeaders && headerLines.length > 0) throw new CliError("usage", "Give --header or --no-headers, not both.");
    if (enable && disable) throw new CliError("usage", "Give --enable or --disable, not both.");
    const body = {
      ...(url === undefined ? {} : { url }),
      ...(filters.length === 0 ? {} : { events: filters }),
      ...(entity === undefined ? {} : { entity_id: entity || null }),
      ...(description === undefined ? {} : { description: description || null }),
      ...(headerLines.length === 0 ? {} : { headers: parseHeaderLines(headerLines) }),
      ...(noHeaders ? { headers: null } : {}),
      ...(enable || disable ? { enabled: enable } : {}),
    };
    if (Object.keys(body).length === 0) throw new CliError("usage", "Say what to change: --help tells all there is.");
    const path = endpointPath(args.operand("ENDPOINT_ID"));
    const access = await findCredentials(args, context);
    const { body: json } = await callApi(access, { method: "PATCH", path, body }, updateAnswer);
    const text = formatEndpoint(json.endpoint);
    if (json.missed === undefined) return { json, text };
    const { since, until, only } = json.missed;
    const replay = `webhooks replay ${json.endpoint.endpoint_id} --since ${since} --until ${until} --only ${only}`;
    return { json, text: `${text}\n\nTo send what it missed: ${toPrintable(replay)}` };
  },
});
