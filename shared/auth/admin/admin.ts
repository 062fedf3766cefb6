import { clientScope, type Token } from "#shared/auth/caller.ts";
import { type Org, type OrgUpdate, orgDefaults } from "#shared/auth/orgs/org.ts";
import { formatToken, hashToken, toTokenId } from "#shared/auth/token-format.ts";
import {
  revokeViewerKey,
  rotateViewerKeys,
  type ViewerKeyManagementPorts,
  type ViewerKeyRevocation,
  type ViewerKeyRotation,
} from "#shared/auth/viewer-tokens/manage-viewer-keys.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import type { AdminRequest } from "./admin-request.ts";

/** A token for administrators, without its hash. */
export type TokenView = Omit<Token, "hash">;

/** A webhook endpoint that a token created or changed, or may have: `unknown` if that was not recorded. */
export type TokenEndpoint = {
  readonly org_id: string;
  readonly endpoint_id: string;
  /** The URL without path and query, which can contain a secret. */
  readonly origin: string;
  readonly relation: "created" | "changed" | "unknown";
  readonly status: "enabled" | "disabled";
};

/** The webhook endpoints related to a token, which remain when it is revoked. */
export type TokenEndpoints = {
  list(tokenId: string, orgIds: readonly string[]): Promise<readonly TokenEndpoint[]>;
  /** Disables an endpoint. Returns `false` if it was disabled or its URL was changed meanwhile. */
  disable(endpoint: TokenEndpoint): Promise<boolean>;
};

export type AdminResult =
  | { readonly org: Org }
  | { readonly orgs: readonly Org[] }
  /** `secret` is returned only once. */
  | { readonly token: TokenView; readonly secret: string }
  | {
      readonly client: { readonly client_id: string; readonly org_id: string; readonly slug: string };
      readonly secret: string;
    }
  | { readonly token: TokenView; readonly endpoints: readonly TokenEndpoint[] }
  | { readonly tokens: readonly TokenView[] }
  | { readonly viewer_key: ViewerKeyRotation | ViewerKeyRevocation };

export type AdminStore = {
  /** Throws `conflict` if the organisation or its slug exists. */
  createOrg(org: Org): Promise<void>;
  /**
   * Returns the updated organisation; `null` if it does not exist. Throws `conflict` if the slug is taken, and
   * `invalid_value` for fewer shards than it has.
   */
  updateOrg(orgId: string, change: OrgUpdate, now: Date): Promise<Org | null>;
  /**
   * Suspends an organisation at a time, or resumes it with `null`. Returns the updated organisation, with the time of
   * the first suspension; `null` if it does not exist.
   */
  suspendOrg(orgId: string, at: string | null): Promise<Org | null>;
  listOrgs(): Promise<readonly Org[]>;
  /** Throws `not_found` if one of its organisations does not exist. */
  createToken(token: Token): Promise<void>;
  listTokens(orgId: string): Promise<readonly Token[]>;
  /**
   * Revokes a token and, for a client, its access tokens. Returns the token with the time of its first revocation;
   * `null` if it does not exist.
   */
  revokeToken(tokenId: string, at: string): Promise<Token | null>;
};

export type AdminContext = {
  readonly store: AdminStore;
  readonly endpoints: TokenEndpoints;
  readonly viewerKeys: ViewerKeyManagementPorts;
  readonly now: Date;
  readonly random: Uint8Array;
};

type RequestOf<Action extends AdminRequest["action"]> = Extract<AdminRequest, { action: Action }>;

/** Handles one administrative request. Throws `ActivityError` if it is not possible. */
export async function handleAdminRequest(context: AdminContext, request: AdminRequest): Promise<AdminResult> {
  const { store, now } = context;
  switch (request.action) {
    case "org.create":
      return { org: await createOrg(context, request) };
    case "org.update": {
      const { action: _, org_id, ...change } = request;
      return { org: await updateOrg(store, org_id, change, now) };
    }
    case "org.suspend":
    case "org.resume": {
      const at = request.action === "org.suspend" ? now.toISOString() : null;
      return { org: assertOrgExists(await store.suspendOrg(request.org_id, at), request.org_id) };
    }
    case "org.list":
      return { orgs: await store.listOrgs() };
    case "token.create": {
      const org_ids = [...new Set(request.org_ids)];
      const scopes = [...new Set(request.scopes)];
      const expires_at = parseExpiry(request.expires_at, now);
      return issueToken(context, "token", { org_ids, scopes, expires_at, user_id: request.user_id });
    }
    case "key.create": {
      const { org_id, user_id } = request;
      const scopes = ["AIBooks.activity.READ"];
      return issueToken(context, "key", { org_ids: [org_id], scopes, expires_at: null, user_id });
    }
    case "client.create":
      return createClient(context, request);
    case "viewer-key.rotate":
      return { viewer_key: await rotateViewerKeys(context.viewerKeys, context.random, now) };
    case "viewer-key.revoke":
      return { viewer_key: await revokeViewerKey(context.viewerKeys, request.viewer_key_id, now) };
    case "token.list":
      return { tokens: (await store.listTokens(request.org_id)).map(toView) };
    case "token.revoke":
      return revoke(context, request.token_id, request.with_endpoints ?? false);
  }
}

async function createOrg({ store, now }: AdminContext, request: RequestOf<"org.create">): Promise<Org> {
  const { org_id, name = org_id, slug = null, account_number = null } = request;
  const { time_zone = orgDefaults.time_zone, robot_name = orgDefaults.robot_name } = request;
  const settings = { name, slug, account_number, time_zone, robot_name };
  const org = { org_id, ...settings, shards: null, created_at: now.toISOString(), suspended_at: null };
  await store.createOrg(org);
  return org;
}

type TokenGrant = Pick<Token, "org_ids" | "scopes" | "expires_at"> & { readonly user_id?: string | undefined };

/** Creates and stores a token. Returns it with its secret, which is never stored. */
async function issueToken(
  { store, now, random }: AdminContext,
  kind: "token" | "key" | "client",
  { user_id, ...grant }: TokenGrant,
): Promise<{ token: TokenView; secret: string }> {
  const secret = formatToken(random, kind);
  const hash = hashToken(secret);
  const issued = {
    token_id: toTokenId(hash),
    hash,
    user_id: user_id ?? null,
    client_id: null,
    created_at: now.toISOString(),
  };
  const token: Token = { ...issued, ...grant, revoked_at: null, revoked_orgs: {}, last_used_at: null };
  await store.createToken(token);
  return { token: toView(token), secret };
}

async function createClient(context: AdminContext, { org_id, user_id }: RequestOf<"client.create">) {
  const { slug } = await updateOrg(context.store, org_id, {}, context.now);
  if (slug === null) {
    const message = `${org_id} has no slug, which clients of the Fakturoid dialect need. Set one first.`;
    throw new ActivityError("invalid_value", message, { field: "slug" });
  }
  const grant = { org_ids: [org_id], scopes: [clientScope], expires_at: null, user_id };
  const { token, secret } = await issueToken(context, "client", grant);
  return { client: { client_id: token.token_id, org_id, slug }, secret };
}

/** Revokes the token before listing its endpoints, so that it cannot create another one meanwhile. */
async function revoke({ store, endpoints, now }: AdminContext, tokenId: string, withEndpoints: boolean) {
  const token = await store.revokeToken(tokenId, now.toISOString());
  if (token === null) throw new ActivityError("not_found", `Token ${tokenId} does not exist.`);
  const listed = await endpoints.list(tokenId, token.org_ids);
  if (!withEndpoints) return { token: toView(token), endpoints: listed };
  const enabled = listed.filter(({ relation, status }) => relation !== "unknown" && status === "enabled");
  await Promise.all(enabled.map((endpoint) => endpoints.disable(endpoint)));
  return { token: toView(token), endpoints: await endpoints.list(tokenId, token.org_ids) };
}

async function updateOrg(store: AdminStore, orgId: string, change: OrgUpdate, now: Date): Promise<Org> {
  return assertOrgExists(await store.updateOrg(orgId, change, now), orgId);
}

function assertOrgExists(org: Org | null, orgId: string): Org {
  if (org !== null) return org;
  throw new ActivityError("not_found", `Organisation ${orgId} does not exist. Create it first.`, { field: "org_id" });
}

function parseExpiry(text: string | undefined, now: Date): string | null {
  if (text === undefined) return null;
  const at = parseTimestamp(text);
  if (at === null || at <= now.toISOString()) {
    throw new ActivityError("invalid_value", "expires_at must be an ISO 8601 time in the future.", {
      field: "expires_at",
    });
  }
  return at;
}

function toView({ hash: _, ...token }: Token): TokenView {
  return token;
}
