import * as z from "zod/mini";
import { ActivityError } from "../events/errors.ts";
import { orgIdPattern } from "../events/limits.ts";
import { parseTimestamp } from "../events/timestamp.ts";
import { scopes, type Token } from "./caller.ts";
import type { Org } from "./org.ts";
import { tokenHash, tokenIdOfHash, writeToken } from "./token.ts";

const orgId = z.string().check(z.regex(orgIdPattern));

/**
 * What an administrator may ask for. There is no public route to any of it: IAM decides who may invoke the function.
 */
export const adminRequest = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("org.create"),
    org_id: orgId,
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
    slug: z.optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/))),
  }),
  z.strictObject({ action: z.literal("org.list") }),
  z.strictObject({
    action: z.literal("token.create"),
    org_ids: z.array(orgId).check(z.minLength(1), z.maxLength(20)),
    scopes: z.array(z.enum(scopes)).check(z.minLength(1)),
    user_id: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
    expires_at: z.optional(z.string()),
  }),
  z.strictObject({ action: z.literal("token.list"), org_id: orgId }),
  z.strictObject({ action: z.literal("token.revoke"), token_id: z.string().check(z.regex(/^tok_[0-9a-f]{32}$/)) }),
]);

export type AdminRequest = z.infer<typeof adminRequest>;

/** A token as an administrator sees it: never its hash. */
export type TokenView = Omit<Token, "hash">;

export type AdminAnswer =
  | { readonly org: Org }
  | { readonly orgs: readonly Org[] }
  /** `secret` is shown this once. */
  | { readonly token: TokenView; readonly secret: string }
  | { readonly token: TokenView }
  | { readonly tokens: readonly TokenView[] };

export type AdminStore = {
  /** Throws `conflict` where the organisation, or its slug, exists. */
  createOrg(org: Org): Promise<void>;
  listOrgs(): Promise<readonly Org[]>;
  /** Throws `not_found` where one of its organisations does not exist. */
  createToken(token: Token): Promise<void>;
  listTokens(orgId: string): Promise<readonly Token[]>;
  /** The token, revoked; the first time of revocation stays. Answers `null` where there is no such token. */
  revokeToken(tokenId: string, at: string): Promise<Token | null>;
};

export type AdminContext = { readonly store: AdminStore; readonly now: Date; readonly random: Uint8Array };

/** Carries out one administrative request. Throws `ActivityError` where it cannot. */
export async function administer({ store, now, random }: AdminContext, request: AdminRequest): Promise<AdminAnswer> {
  switch (request.action) {
    case "org.create": {
      const { org_id, name = org_id, slug = null } = request;
      const org = { org_id, name, slug, created_at: now.toISOString() };
      await store.createOrg(org);
      return { org };
    }
    case "org.list":
      return { orgs: await store.listOrgs() };
    case "token.create": {
      const secret = writeToken(random);
      const hash = tokenHash(secret);
      const token: Token = {
        token_id: tokenIdOfHash(hash),
        hash,
        org_ids: [...new Set(request.org_ids)],
        scopes: [...new Set(request.scopes)],
        user_id: request.user_id ?? null,
        created_at: now.toISOString(),
        expires_at: expiry(request.expires_at, now),
        revoked_at: null,
        last_used_at: null,
      };
      await store.createToken(token);
      return { token: view(token), secret };
    }
    case "token.list":
      return { tokens: (await store.listTokens(request.org_id)).map(view) };
    case "token.revoke": {
      const token = await store.revokeToken(request.token_id, now.toISOString());
      if (token === null) throw new ActivityError("not_found", `There is no token ${request.token_id}.`);
      return { token: view(token) };
    }
  }
}

function expiry(text: string | undefined, now: Date): string | null {
  if (text === undefined) return null;
  const at = parseTimestamp(text);
  if (at === null || at <= now.toISOString()) {
    throw new ActivityError("invalid_value", "expires_at must be an ISO 8601 time in the future.", {
      field: "expires_at",
    });
  }
  return at;
}

function view({ hash: _, ...token }: Token): TokenView {
  return token;
}
