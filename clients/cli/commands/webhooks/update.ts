import * as z from "zod";
import { callApi } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { printable } from "#clients/cli/printable.ts";
import {
  describeEndpoint,
  endpointAnswer,
  endpointPath,
  eventsOption,
  headersOption,
  parseHeaderLines,
} from "#clients/cli/webhooks/endpoint.ts";

const updateAnswer = endpointAnswer.extend({
  missed: z.optional(z.object({ since: z.string(), until: z.string(), only: z.string() })),
});

export const webhooksUpdate = defineVerb({
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
    ...accessOptions,
  },
  async run(given, session) {
    const [url, entity, description] = [given.text("url"), given.text("entity"), given.text("description")];
    const [filters, enable, disable] = [given.list("events"), given.flag("enable"), given.flag("disable")];
    const [headerLines, noHeaders] = [given.list("header"), given.flag("no-headers")];
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
    const path = endpointPath(given.operand("ENDPOINT_ID"));
    const access = await findAccess(given, session);
    const { body: json } = await callApi(access, { method: "PATCH", path, body }, updateAnswer);
    const text = describeEndpoint(json.endpoint);
    if (json.missed === undefined) return { json, text };
    const { since, until, only } = json.missed;
    const replay = `webhooks replay ${json.endpoint.endpoint_id} --since ${since} --until ${until} --only ${only}`;
    return { json, text: `${text}\n\nTo send what it missed: ${printable(replay)}` };
  },
});
