import * as z from "zod";
import { administer } from "#clients/cli/admin-client.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { readExpiry } from "#clients/cli/expiry.ts";
import { findTarget } from "#clients/cli/stack.ts";
import { type Column, table } from "#clients/cli/table.ts";
import { type Scope, scopes } from "#shared/auth/caller.ts";
import { suggestion } from "#shared/platform/did-you-mean.ts";

const token = z.object({
  token_id: z.string(),
  org_ids: z.array(z.string()),
  scopes: z.array(z.string()),
  user_id: z.nullable(z.string()),
  created_at: z.string(),
  expires_at: z.nullable(z.string()),
  revoked_at: z.nullable(z.string()),
  last_used_at: z.nullable(z.string()),
});

type Token = z.infer<typeof token>;

export const tokenCreate = defineVerb({
  name: "token create",
  summary: "Issues a token for one organisation or several. It is shown this once and kept nowhere.",
  examples: [
    "token create --org org_1 --scope AIBooks.activity.READ --expires 90d",
    "token create --org org_1 --scope AIBooks.activity.READ AIBooks.webhooks.MANAGE",
  ],
  options: {
    org: { value: "ORG", multiple: true, required: true, help: "an organisation that it may read" },
    scope: { value: "SCOPE", multiple: true, required: true, help: `what it may do: ${scopes.join(", ")}` },
    expires: { value: "90d|DATE", help: "when it ends; never when left out" },
    user: { value: "ID", help: "the user that it acts for" },
  },
  async run({ text, list }, { cwd, now, stderr }) {
    const [expires, user_id] = [text("expires"), text("user")];
    const request = {
      action: "token.create" as const,
      org_ids: [...list("org")],
      scopes: list("scope").map(readScope),
      ...(user_id === undefined ? {} : { user_id }),
      ...(expires === undefined ? {} : { expires_at: readExpiry(expires, now()) }),
    };
    const target = await findTarget(cwd, text("stack"));
    const json = await administer(target, request, z.object({ token, secret: z.string() }));
    stderr.write(`Store the token now: it is not shown again. Its id, to revoke it by, is ${json.token.token_id}.\n`);
    return { json, text: json.secret };
  },
});

export const tokenList = defineVerb({
  name: "token list",
  summary: "Lists the tokens, API keys and API clients of an organisation, newest first.",
  examples: ["token list --org org_1"],
  options: { org: { value: "ORG", required: true, help: "the organisation" } },
  async run({ text }, { cwd, columns, now }) {
    const target = await findTarget(cwd, text("stack"));
    const request = { action: "token.list" as const, org_id: text("org") ?? "" };
    const json = await administer(target, request, z.object({ tokens: z.array(token) }));
    if (json.tokens.length === 0) return { json, text: `${request.org_id} has no token.` };
    return { json, text: table(shape(now().toISOString()), json.tokens, columns) };
  },
});

const tokenEndpoint = z.object({
  org_id: z.string(),
  endpoint_id: z.string(),
  origin: z.string(),
  relation: z.enum(["created", "changed", "unknown"]),
  status: z.enum(["enabled", "disabled"]),
});

export const tokenRevoke = defineVerb({
  name: "token revoke",
  summary: "Ends a token for good, and lists the webhook endpoints that it leaves behind.",
  examples: ["token revoke tok_0123456789abcdef0123456789abcdef --with-endpoints"],
  operands: ["TOKEN_ID"],
  options: { "with-endpoints": { help: "disables the webhook endpoints that it created or changed, too" } },
  async run({ operand, text, flag }, { cwd, columns }) {
    const target = await findTarget(cwd, text("stack"));
    const token_id = operand("TOKEN_ID");
    const with_endpoints = flag("with-endpoints");
    const request = { action: "token.revoke" as const, token_id, with_endpoints };
    const json = await administer(target, request, z.object({ token, endpoints: z.array(tokenEndpoint) }));
    const lines = [
      `Revoked ${json.token.token_id} at ${json.token.revoked_at}. Access tokens of a client end with it.`,
      ...leftBehind(json.endpoints, columns),
    ];
    return { json, text: lines.join("\n") };
  },
});

/** What goes on after a token was revoked, and how to end it. */
function leftBehind(endpoints: readonly z.infer<typeof tokenEndpoint>[], columns: number | null): string[] {
  if (endpoints.length === 0) return ["It leaves no webhook endpoint behind."];
  const shape: Column<z.infer<typeof tokenEndpoint>>[] = [
    { title: "ENDPOINT", cell: ({ endpoint_id }) => endpoint_id },
    { title: "STATE", cell: ({ status }) => status },
    { title: "BY THIS TOKEN", cell: ({ relation }) => relation },
    { title: "ORG", cell: ({ org_id }) => org_id },
    { title: "ADDRESS", cell: ({ origin }) => origin },
  ];
  const isLeft = endpoints.some(({ relation, status }) => relation !== "unknown" && status === "enabled");
  const isUnknown = endpoints.some(({ relation }) => relation === "unknown");
  return [
    table(shape, endpoints, columns),
    ...(isLeft ? ["Enabled endpoints are sent events as before. Disable them by --with-endpoints."] : []),
    ...(isUnknown ? ["unknown: created before tokens were recorded. Ask their owner, or see their events."] : []),
  ];
}

function readScope(text: string): Scope {
  const scope = scopes.find((known) => known === text);
  if (scope !== undefined) return scope;
  throw new CliError("usage", `There is no scope ${text}.${suggestion(text, scopes)} Scopes are ${scopes.join(", ")}.`);
}

function shape(now: string): Column<Token>[] {
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
    { title: "ORGS", cell: ({ org_ids }) => org_ids.join(" ") },
    { title: "SCOPES", cell: ({ scopes: held }) => held.join(" ") },
  ];
}

function state({ revoked_at, expires_at }: Token, now: string): string {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && expires_at <= now ? "expired" : "active";
}
