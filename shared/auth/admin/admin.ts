import { clientScope, type Token } from "#shared/auth/caller.ts";
import { type Org, type OrgUpdate, orgDefaults } from "#shared/auth/orgs/org.ts";
import { formatToken, hashToken, toTokenId } from "#shared/auth/token.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import type { AdminRequest } from "./admin-request.ts";

/** A token as an administrator sees it: never its hash. */
export type TokenView = Omit<Token, "hash">;

/** A webhook endpoint that a token created or changed, or may have: `unknown` where that was not recorded yet. */
export type TokenEndpoint = {
  readonly org_id: string;
  readonly endpoint_id: string;
  /** The URL without path and query, which can hold a secret. */
  readonly origin: string;
  readonly relation: "created" | "changed" | "unknown";
  readonly status: "enabled" | "disabled";
};

/** The webhook endpoints that outlive a token. */
export type TokenEndpoints = {
  list(tokenId: string, orgIds: readonly string[]): Promise<readonly TokenEndpoint[]>;
  /** Disables an endpoint; `false` if it was disabled or given another address meanwhile. */
  disable(endpoint: TokenEndpoint): Promise<boolean>;
};

export type AdminResult =
  | { readonly org: Org }
  | { readonly orgs: readonly Org[] }
  /** `secret` is shown this once. */
  | { readonly token: TokenView; readonly secret: string }
  | {
      readonly client: { readonly client_id: string; readonly org_id: string; readonly slug: string };
      readonly secret: string;
    }
  | { readonly token: TokenView; readonly endpoints: readonly TokenEndpoint[] }
  | { readonly tokens: readonly TokenView[] };

export type AdminStore = {
  /** Throws `conflict` where the organisation, or its slug, exists. */
  createOrg(org: Org): Promise<void>;
  /**
   * The organisation as it is from now on; `null` where there is none. Throws `conflict` where the slug is taken, and
   * `invalid_value` for fewer shards than it has.
   */
  updateOrg(orgId: string, change: OrgUpdate, now: Date): Promise<Org | null>;
  /**
   * Suspends an organisation at a time, or resumes it with `null`. Returns the organisation as it is from now on, with
   * the time of the first suspension; `null` if there is none.
   */
  suspendOrg(orgId: string, at: string | null): Promise<Org | null>;
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

export type AdminContext = {
  readonly store: AdminStore;
  readonly endpoints: TokenEndpoints;
  readonly now: Date;
  readonly random: Uint8Array;
};

/** Carries out one administrative request. Throws `ActivityError` where it cannot. */
export async function handleAdminRequest(context: AdminContext, request: AdminRequest): Promise<AdminResult> {
  const { store, now, random } = context;
  const issue = async (kind: "token" | "key" | "client", may: Pick<Token, "org_ids" | "scopes" | "expires_at">) => {
    const secret = formatToken(random, kind);
    const hash = hashToken(secret);
    const user_id = "user_id" in request ? (request.user_id ?? null) : null;
    const issued = { token_id: toTokenId(hash), hash, user_id, client_id: null, created_at: now.toISOString() };
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
        suspended_at: null,
      };
      await store.createOrg(org);
      return { org };
    }
    case "org.update": {
      const { action: _, org_id, ...change } = request;
      return { org: await changedOrg(store, org_id, change, now) };
    }
    case "org.suspend":
    case "org.resume": {
      const at = request.action === "org.suspend" ? now.toISOString() : null;
      return { org: knownOrg(await store.suspendOrg(request.org_id, at), request.org_id) };
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
      return revoke(context, request.token_id, request.with_endpoints ?? false);
    }
  }
}

/** Revokes a token first, so that it creates no endpoint while those that it created are listed and disabled. */
async function revoke({ store, endpoints, now }: AdminContext, tokenId: string, withEndpoints: boolean) {
  const token = await store.revokeToken(tokenId, now.toISOString());
  if (token === null) throw new ActivityError("not_found", `There is no token ${tokenId}.`);
  const listed = await endpoints.list(tokenId, token.org_ids);
  if (!withEndpoints) return { token: view(token), endpoints: listed };
  const ended = listed.filter(({ relation, status }) => relation !== "unknown" && status === "enabled");
  await Promise.all(ended.map((endpoint) => endpoints.disable(endpoint)));
  return { token: view(token), endpoints: await endpoints.list(tokenId, token.org_ids) };
}

async function changedOrg(store: AdminStore, orgId: string, change: OrgUpdate, now: Date): Promise<Org> {
  return knownOrg(await store.updateOrg(orgId, change, now), orgId);
}

function knownOrg(org: Org | null, orgId: string): Org {
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
