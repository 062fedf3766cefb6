import * as z from "zod";
import { type Scope, scopes } from "../../../shared/access/caller.ts";
import { administer } from "../administer.ts";
import { readExpiry } from "../expiry.ts";
import { suggestion } from "../nearest.ts";
import { CliError } from "../outcome.ts";
import { type Column, table } from "../table.ts";
import { findTarget } from "../target.ts";
import { defineVerb } from "../verb.ts";

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
  options: {
    org: { value: "ORG", multiple: true, required: true, help: "an organisation that it may read" },
    scope: { value: "SCOPE", multiple: true, required: true, help: `what it may do: ${scopes.join(", ")}` },
    expires: { value: "90d|DATE", help: "when it ends; never when left out" },
    user: { value: "ID", help: "the user that it acts for" },
  },
  async run({ text, list }, { cwd, now }) {
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
    const lines = [
      json.secret,
      `Keep it now: it is not shown again. Its id, to revoke it by, is ${json.token.token_id}.`,
    ];
    return { json, text: lines.join("\n") };
  },
});

export const tokenList = defineVerb({
  name: "token list",
  summary: "Lists the tokens of an organisation, newest first.",
  options: { org: { value: "ORG", required: true, help: "the organisation" } },
  async run({ text }, { cwd, columns, now }) {
    const target = await findTarget(cwd, text("stack"));
    const request = { action: "token.list" as const, org_id: text("org") ?? "" };
    const json = await administer(target, request, z.object({ tokens: z.array(token) }));
    if (json.tokens.length === 0) return { json, text: `${request.org_id} has no token.` };
    return { json, text: table(shape(now().toISOString()), json.tokens, columns) };
  },
});

export const tokenRevoke = defineVerb({
  name: "token revoke",
  summary: "Ends a token, at once and for good.",
  operands: ["TOKEN_ID"],
  options: {},
  async run({ operand, text }, { cwd }) {
    const target = await findTarget(cwd, text("stack"));
    const json = await administer(
      target,
      { action: "token.revoke", token_id: operand("TOKEN_ID") },
      z.object({ token }),
    );
    return { json, text: `Revoked ${json.token.token_id} at ${json.token.revoked_at}.` };
  },
});

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
