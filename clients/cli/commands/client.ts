import * as z from "zod";
import { defineCommand } from "#clients/cli/command.ts";
import { callAdmin } from "#clients/cli/stack/admin-client.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";

const options = {
  org: { value: "ORG", required: true, help: "the organisation that it gives access to" },
  user: { value: "ID", help: "the user that it acts for" },
} as const;

export const clientCreate = defineCommand({
  name: "client create",
  summary: "Creates an API client for the Fakturoid API. Its secret is shown only now and stored nowhere.",
  examples: ["client create --org org_1 --user usr_1"],
  options,
  async run({ text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const client = z.object({ client_id: z.string(), org_id: z.string(), slug: z.string() });
    const request = { action: "client.create" as const, org_id: text("org") ?? "", ...user(text("user")) };
    const json = await callAdmin(stack, request, z.object({ client, secret: z.string() }));
    const { client_id, slug } = json.client;
    const lines = [
      `Client id     ${client_id}`,
      `Account slug  ${slug}`,
      `Store the client secret now: it is not shown again. To revoke it: token revoke ${client_id}`,
    ];
    context.stderr.write(`${lines.join("\n")}\n`);
    return { json, text: json.secret };
  },
});

export const keyCreate = defineCommand({
  name: "key create",
  summary: "Creates an API key for the SimplyBooks API. It is shown only now and stored nowhere.",
  examples: ["key create --org org_1"],
  options,
  async run({ text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const token = z.object({ token_id: z.string(), org_ids: z.array(z.string()) });
    const request = { action: "key.create" as const, org_id: text("org") ?? "", ...user(text("user")) };
    const json = await callAdmin(stack, request, z.object({ token, secret: z.string() }));
    context.stderr.write(
      `Store the key now: it is not shown again. To revoke it: token revoke ${json.token.token_id}\n`,
    );
    return { json, text: json.secret };
  },
});

function user(id: string | undefined) {
  return id === undefined ? {} : { user_id: id };
}
