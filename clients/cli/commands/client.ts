import * as z from "zod";
import { administer } from "#clients/cli/admin-client.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { findTarget } from "#clients/cli/stack.ts";

const options = {
  org: { value: "ORG", required: true, help: "the organisation whose log it may read" },
  user: { value: "ID", help: "the user that it acts for" },
} as const;

export const clientCreate = defineVerb({
  name: "client create",
  summary: "Creates an API client for the Fakturoid API. Its secret is shown this once and kept nowhere.",
  examples: ["client create --org org_1 --user usr_1"],
  options,
  async run({ text }, { cwd, stderr }) {
    const target = await findTarget(cwd, text("stack"));
    const client = z.object({ client_id: z.string(), org_id: z.string(), slug: z.string() });
    const request = { action: "client.create" as const, org_id: text("org") ?? "", ...user(text("user")) };
    const json = await administer(target, request, z.object({ client, secret: z.string() }));
    const { client_id, slug } = json.client;
    const lines = [
      `Client id     ${client_id}`,
      `Account slug  ${slug}`,
      `Store the client secret now: it is not shown again. token revoke ${client_id} ends it and its access tokens.`,
    ];
    stderr.write(`${lines.join("\n")}\n`);
    return { json, text: json.secret };
  },
});

export const keyCreate = defineVerb({
  name: "key create",
  summary: "Creates an API key for the SimplyBooks API. It is shown this once and kept nowhere.",
  examples: ["key create --org org_1"],
  options,
  async run({ text }, { cwd, stderr }) {
    const target = await findTarget(cwd, text("stack"));
    const token = z.object({ token_id: z.string(), org_ids: z.array(z.string()) });
    const request = { action: "key.create" as const, org_id: text("org") ?? "", ...user(text("user")) };
    const json = await administer(target, request, z.object({ token, secret: z.string() }));
    stderr.write(`Store the key now: it is not shown again. Its id, to revoke it by, is ${json.token.token_id}.\n`);
    return { json, text: json.secret };
  },
});

function user(id: string | undefined) {
  return id === undefined ? {} : { user_id: id };
}
