import * as z from "zod";
import { callApi } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { type Column, table } from "#clients/cli/table.ts";

const eventType = z.looseObject({ event_type: z.string(), description: z.string() });

const answer = z.object({ event_types: z.array(eventType) });

const shape: readonly Column<z.infer<typeof eventType>>[] = [
  { title: "EVENT TYPE", cell: ({ event_type }) => event_type },
  { title: "DESCRIPTION", cell: ({ description }) => description },
];

export const webhooksTypes = defineVerb({
  name: "webhooks types",
  summary: "Lists the event types; with --json, a sample and the JSON Schema of each.",
  examples: ["webhooks types"],
  options: accessOptions,
  async run(given, session) {
    const path = "/api/public/v1/webhooks/event-types";
    const { body: json } = await callApi(await findAccess(given, session), { path }, answer);
    return { json, text: table(shape, json.event_types, session.columns) };
  },
});
