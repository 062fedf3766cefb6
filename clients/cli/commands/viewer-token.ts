import * as z from "zod";
import { apiPath, callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { callAdmin } from "#clients/cli/stack/admin-client.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { viewerKeyIdPattern } from "#shared/auth/viewer-tokens/viewer-keys.ts";

const viewerTokenResponse = z.object({
  viewer_token: z.looseObject({ viewer_token_id: z.string(), token: z.string(), expires_at: z.string() }),
});

export const viewerTokenCreate = defineCommand({
  name: "viewer-token create",
  summary: "Issues a viewer token for a browser, limited and for an hour at most.",
  examples: [
    "viewer-token create --type INVOICE --entity inv_8c3f1a9b --origin https://app.example.com",
    "viewer-token create --contact con_1 --hide metadata actor --expires-in 300",
    "viewer-token create --scope AIBooks.webhooks.MANAGE --origin https://app.example.com",
  ],
  options: {
    type: { value: "TYPE", help: "only one document: its type, such as INVOICE" },
    entity: { value: "ID", help: "only one document: its id" },
    contact: { value: "ID", help: "only events of this customer or supplier" },
    actor: { value: "USER_ID", help: "only events of this user" },
    hide: { value: "FIELD", multiple: true, help: "a field to hide; default metadata.ip and metadata.user_agent" },
    origin: { value: "ORIGIN", multiple: true, help: "an origin of the pages that may use it" },
    scope: { value: "SCOPE", multiple: true, help: "a scope of the issuing token; default AIBooks.activity.READ" },
    "expires-in": { value: "SECONDS", help: "its lifetime, 60 to 3600; default 900" },
    ...credentialOptions,
  },
  async run(args, context) {
    const { text, list } = args;
    const given = (name: "hide" | "origin" | "scope") => (list(name).length === 0 ? undefined : list(name));
    const body = {
      entity_type: text("type"),
      entity_id: text("entity"),
      contact_id: text("contact"),
      actor_user_id: text("actor"),
      hide: given("hide"),
      origins: given("origin"),
      scopes: given("scope"),
      expires_in: parseSeconds(text("expires-in")),
    };
    const access = await resolveCredentials(args, context);
    const request = { method: "POST", path: `${apiPath}/viewer-tokens`, body } as const;
    const { body: json } = await callApi(access, request, viewerTokenResponse);
    context.stderr.write(`Valid until ${json.viewer_token.expires_at}. It is not shown again.\n`);
    return { json, text: json.viewer_token.token };
  },
});

function parseSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new CliError("usage", "--expires-in must be a number of seconds from 60 to 3600.");
}

const viewerKeyRotation = z.object({
  viewer_key: z.object({ key_id: z.string(), signs_from: z.string(), still_valid: z.array(z.string()) }),
});

export const viewerKeyRotate = defineCommand({
  name: "viewer-key rotate",
  summary: "Creates the next key that signs viewer tokens. The first one enables them.",
  examples: ["viewer-key rotate"],
  options: {},
  async run({ text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const json = await callAdmin(stack, { action: "viewer-key.rotate" }, viewerKeyRotation);
    const { key_id, signs_from, still_valid } = json.viewer_key;
    const others = still_valid.length === 0 ? "" : ` Tokens of ${still_valid.join(", ")} stay valid until they expire.`;
    return { json, text: `Key ${key_id} signs viewer tokens from ${signs_from} on.${others}` };
  },
});

const viewerKeyRevocation = z.object({
  viewer_key: z.object({ key_id: z.string(), rejected_from: z.string(), signing_key_id: z.nullable(z.string()) }),
});

export const viewerKeyRevoke = defineCommand({
  name: "viewer-key revoke",
  summary: "Removes a key that leaked. All its viewer tokens, forged or not, are rejected within a minute.",
  examples: ["viewer-key revoke 0123456789abcdef"],
  operands: ["KEY_ID"],
  options: {},
  async run({ operand, text }, context) {
    const viewer_key_id = operand("KEY_ID");
    if (!viewerKeyIdPattern.test(viewer_key_id)) {
      throw new CliError("usage", `'${viewer_key_id}' is not a key id. It is the 16 digits after aibooks_view_.`);
    }
    const stack = await resolveStack(context, text("stack"));
    const json = await callAdmin(stack, { action: "viewer-key.revoke", viewer_key_id }, viewerKeyRevocation);
    const { key_id, rejected_from, signing_key_id } = json.viewer_key;
    const next =
      signing_key_id === null
        ? "Viewer tokens are disabled now. Enable them with viewer-key rotate."
        : `Key ${signing_key_id} signs viewer tokens then.`;
    return { json, text: `Tokens of key ${key_id} are rejected from ${rejected_from} on. ${next}` };
  },
});
