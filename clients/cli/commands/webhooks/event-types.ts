import * as z from "zod";
import { apiPath, callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";

const eventTypeSchema = z.looseObject({ event_type: z.string(), description: z.string() });

const responseSchema = z.object({ event_types: z.array(eventTypeSchema) });

const columns: readonly TableColumn<z.infer<typeof eventTypeSchema>>[] = [
  { title: "EVENT TYPE", cell: ({ event_type }) => event_type },
  { title: "DESCRIPTION", cell: ({ description }) => description },
];

export const webhooksEventTypes = defineCommand({
  name: "webhooks event-types",
  summary: "Lists the event types; with --json, a sample and the JSON Schema of each.",
  examples: ["webhooks event-types"],
  options: credentialOptions,
  async run(args, context) {
    const path = `${apiPath}/webhooks/event-types`;
    const { body: json } = await callApi(await resolveCredentials(args, context), { path }, responseSchema);
    return { json, text: formatTable(columns, json.event_types, context.columns) };
  },
});
