import * as z from "zod";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";
import { callAdmin } from "#clients/cli/stack/admin-client.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { parseExpiry } from "#clients/cli/time-options.ts";
import { type Scope, scopes } from "#shared/auth/caller.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";

const token = z.object({
  token_id: z.string(),
  org_ids: z.array(z.string()),
  scopes: z.array(z.string()),
  user_id: z.nullable(z.string()),
  created_at: z.string(),
  expires_at: z.nullable(z.string()),
  revoked_at: z.nullable(z.string()),
  revoked_orgs: z.record(z.string(), z.string()).default({}),
  last_used_at: z.nullable(z.string()),
});

type Token = z.infer<typeof token>;

export const tokenCreate = defineCommand({
  name: "token create",
  summary: "Issues a token for one or several organisations. It is shown only now and stored nowhere.",
  examples: [
    "token create --org org_1 --scope AIBooks.activity.READ --expires 90d",
    "token create --org org_1 --scope AIBooks.activity.READ AIBooks.webhooks.MANAGE",
  ],
  options: {
    org: { value: "ORG", multiple: true, required: true, help: "an organisation that it gives access to" },
    scope: { value: "SCOPE", multiple: true, required: true, help: `its permissions: ${scopes.join(", ")}` },
    expires: { value: "90d|DATE", help: "when it expires; default never" },
    user: { value: "ID", help: "the user that it acts for" },
  },
  async run({ text, list }, context) {
    const expires = text("expires");
    const user_id = text("user");
    const request = {
      action: "token.create" as const,
      org_ids: [...list("org")],
      scopes: list("scope").map(parseScope),
      ...(user_id === undefined ? {} : { user_id }),
      ...(expires === undefined ? {} : { expires_at: parseExpiry(expires, context.now()) }),
    };
    const stack = await resolveStack(context, text("stack"));
    const json = await callAdmin(stack, request, z.object({ token, secret: z.string() }));
    context.stderr.write(
      `Store the token now: it is not shown again. To revoke it: token revoke ${json.token.token_id}\n`,
    );
    return { json, text: json.secret };
  },
});

export const tokenList = defineCommand({
  name: "token list",
  summary: "Lists the tokens, API keys and API clients of an organisation, newest first.",
  examples: ["token list --org org_1"],
  options: { org: { value: "ORG", required: true, help: "the organisation" } },
  async run({ text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const request = { action: "token.list" as const, org_id: text("org") ?? "" };
    const json = await callAdmin(stack, request, z.object({ tokens: z.array(token) }));
    if (json.tokens.length === 0) return { json, text: `${request.org_id} has no tokens.` };
    return { json, text: formatTable(tableColumns(context.now().toISOString()), json.tokens, context.columns) };
  },
});

const tokenEndpoint = z.object({
  org_id: z.string(),
  endpoint_id: z.string(),
  origin: z.string(),
  relation: z.enum(["created", "changed", "unknown"]),
  status: z.enum(["enabled", "disabled"]),
});

export const tokenRevoke = defineCommand({
  name: "token revoke",
  summary: "Revokes a token for good and lists the webhook endpoints that it created or changed.",
  examples: ["token revoke tok_0123456789abcdef0123456789abcdef --with-endpoints"],
  operands: ["TOKEN_ID"],
  options: { "with-endpoints": { help: "also disables the webhook endpoints that it created or changed" } },
  async run({ operand, text, flag }, context) {
    const stack = await resolveStack(context, text("stack"));
    const token_id = operand("TOKEN_ID");
    const with_endpoints = flag("with-endpoints");
    const request = { action: "token.revoke" as const, token_id, with_endpoints };
    const json = await callAdmin(stack, request, z.object({ token, endpoints: z.array(tokenEndpoint) }));
    const lines = [
      `Revoked ${json.token.token_id} at ${json.token.revoked_at}. Access tokens of a client are revoked with it.`,
      ...formatRemainingEndpoints(json.endpoints, context.columns),
    ];
    return { json, text: lines.join("\n") };
  },
});

/** Returns the endpoints that the revoked token created or changed, and how to disable them. */
function formatRemainingEndpoints(
  endpoints: readonly z.infer<typeof tokenEndpoint>[],
  columns: number | null,
): string[] {
  if (endpoints.length === 0) return ["It created and changed no webhook endpoints."];
  const tableColumns: TableColumn<z.infer<typeof tokenEndpoint>>[] = [
    { title: "ENDPOINT", cell: ({ endpoint_id }) => endpoint_id },
    { title: "STATE", cell: ({ status }) => status },
    { title: "BY THIS TOKEN", cell: ({ relation }) => relation },
    { title: "ORG", cell: ({ org_id }) => org_id },
    { title: "ADDRESS", cell: ({ origin }) => origin },
  ];
  const isLeft = endpoints.some(({ relation, status }) => relation !== "unknown" && status === "enabled");
  const isUnknown = endpoints.some(({ relation }) => relation === "unknown");
  return [
    formatTable(tableColumns, endpoints, columns),
    ...(isLeft ? ["Enabled endpoints still receive events. Disable them with --with-endpoints."] : []),
    ...(isUnknown ? ["unknown: created before tokens were recorded. Ask the owner, or see their events."] : []),
  ];
}

function parseScope(text: string): Scope {
  const scope = scopes.find((known) => known === text);
  if (scope !== undefined) return scope;
  throw new CliError(
    "usage",
    `Unknown scope ${text}.${formatSuggestion(text, scopes)} Scopes are ${scopes.join(", ")}.`,
  );
}

function tableColumns(now: string): TableColumn<Token>[] {
  return [
    { title: "TOKEN", cell: ({ token_id }) => token_id },
    {
      title: "STATE",
      cell: (row) => state(row, now),
      style: (row) => (state(row, now) === "active" ? "green" : "red"),
    },
    { title: "EXPIRES", cell: ({ expires_at }) => expires_at?.slice(0, 10) ?? "never" },
    { title: "LAST USED", cell: ({ last_used_at }) => last_used_at?.slice(0, 16).replace("T", " ") ?? "never" },
    { title: "USER", cell: ({ user_id }) => user_id ?? "-" },
    { title: "ORGS", cell: formatOrgs },
    { title: "SCOPES", cell: ({ scopes: held }) => held.join(" ") },
  ];
}

/** Marks the organisations that have revoked the token. */
function formatOrgs({ org_ids, revoked_orgs }: Token): string {
  return org_ids.map((orgId) => (revoked_orgs[orgId] === undefined ? orgId : `${orgId} (revoked)`)).join(" ");
}

function state({ revoked_at, expires_at }: Token, now: string): string {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && expires_at <= now ? "expired" : "active";
}
