import { ActivityError } from "../events/errors.ts";
import { parseTimestamp } from "../events/timestamp.ts";
import type { AdminRequest } from "./admin-request.ts";
import { clientScope, type Token } from "./caller.ts";
import { type Org, type OrgChange, orgDefaults } from "./org.ts";
import { tokenHash, tokenIdOfHash, writeToken } from "./token.ts";

/** A token as an administrator sees it: never its hash. */
export type TokenView = Omit<Token, "hash">;

export type AdminAnswer =
  | { readonly org: Org }
  | { readonly orgs: readonly Org[] }
  /** `secret` is shown this once. */
  | { readonly token: TokenView; readonly secret: string }
  | {
      readonly client: { readonly client_id: string; readonly org_id: string; readonly slug: string };
      readonly secret: string;
    }
  | { readonly token: TokenView }
  | { readonly tokens: readonly TokenView[] };

export type AdminStore = {
  /** Throws `conflict` where the organisation, or its slug, exists. */
  createOrg(org: Org): Promise<void>;
  /**
   * The organisation as it is from now on; `null` where there is none. Throws `conflict` where the slug is taken, and
   * `invalid_value` for fewer shards than it has.
   */
  updateOrg(orgId: string, change: OrgChange, now: Date): Promise<Org | null>;
  listOrgs(): Promise<readonly Org[]>;
  /** Throws `not_found` where one of its organisations does not exist. */
  createToken(token: Token): Promise<void>;
  listTokens(orgId: string): Promise<readonly Token[]>;
  /**
   * The token, revoked; the first time of revocation stays. What was issued to it as a client ends with it. Answers
   * `null` where there is no such token.
   */
  revokeToken(tokenId: string, at: string): Promise<Token | null>;
};

export type AdminContext = { readonly store: AdminStore; readonly now: Date; readonly random: Uint8Array };

/** Carries out one administrative request. Throws `ActivityError` where it cannot. */
export async function administer({ store, now, random }: AdminContext, request: AdminRequest): Promise<AdminAnswer> {
  const issue = async (kind: "token" | "key" | "client", may: Pick<Token, "org_ids" | "scopes" | "expires_at">) => {
    const secret = writeToken(random, kind);
    const hash = tokenHash(secret);
    const user_id = "user_id" in request ? (request.user_id ?? null) : null;
    const issued = { token_id: tokenIdOfHash(hash), hash, user_id, client_id: null, created_at: now.toISOString() };
    const token: Token = { ...issued, ...may, revoked_at: null, last_used_at: null };
    await store.createToken(token);
    return { token: view(token), secret };
  };

  switch (request.action) {
    case "org.create": {
      const { org_id, name = org_id, slug = null, account_number = null } = request;
      const { time_zone = orgDefaults.time_zone, robot_name = orgDefaults.robot_name } = request;
      const org = {
        org_id,
        name,
        slug,
        account_number,
        time_zone,
        robot_name,
        shards: null,
        created_at: now.toISOString(),
      };
      await store.createOrg(org);
      return { org };
    }
    case "org.update": {
      const { action: _, org_id, ...change } = request;
      return { org: await changedOrg(store, org_id, change, now) };
    }
    case "org.list":
      return { orgs: await store.listOrgs() };
    case "token.create": {
      const { org_ids, scopes, expires_at } = request;
      return issue("token", {
        org_ids: [...new Set(org_ids)],
        scopes: [...new Set(scopes)],
        expires_at: expiry(expires_at, now),
      });
    }
    case "key.create":
      return issue("key", { org_ids: [request.org_id], scopes: ["AIBooks.activity.READ"], expires_at: null });
    case "client.create": {
      const { org_id } = request;
      const { slug } = await changedOrg(store, org_id, {}, now);
      if (slug === null) {
        const message = `${org_id} has no slug, and clients of the Fakturoid dialect address it by one: set it first.`;
        throw new ActivityError("invalid_value", message, { field: "slug" });
      }
      const { token, secret } = await issue("client", { org_ids: [org_id], scopes: [clientScope], expires_at: null });
      return { client: { client_id: token.token_id, org_id, slug }, secret };
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

async function changedOrg(store: AdminStore, orgId: string, change: OrgChange, now: Date): Promise<Org> {
  const org = await store.updateOrg(orgId, change, now);
  if (org !== null) return org;
  throw new ActivityError("not_found", `There is no organisation ${orgId}: create it first.`, { field: "org_id" });
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
