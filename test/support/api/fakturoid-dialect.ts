import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { vi } from "vitest";
import { renderError } from "#shared/api/fakturoid/errors.ts";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { parseFormOrJsonBody } from "#shared/api/handlers/form-body.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import type { HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { renderOauthError } from "#shared/api/oauth/errors.ts";
import { createOauthHandler } from "#shared/api/oauth/handler.ts";
import type { AccessGrants } from "#shared/auth/access-grants.ts";
import { clientScope, type Token } from "#shared/auth/caller.ts";
import type { AccessGrantStore } from "#shared/auth/issue-access-token.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { formatToken, type StoredSecretKind, type TokenRef, toTokenId, toTokenRef } from "#shared/auth/token-format.ts";
import type { PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";
import type { EventPage, EventReader } from "#shared/events/query/query.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { buildHttpEvent, buildLambdaContext } from "./http-event.ts";

/** A secret of a kind; different bytes make different secrets. */
export function aSecretOf(kind: StoredSecretKind, byte = 1): string {
  return formatToken(new Uint8Array(20).fill(byte), kind);
}

export const userAgent = "Tests (tests@example.com)";

type Asked = { readonly method?: string; readonly headers?: Record<string, string | undefined> };

/**
 * The Fakturoid dialect over tokens, organisations and one page of events in memory, and what it asked of each. Refusals
 * are rendered, as callers see them. Its clock stands still until it is set.
 */
export function fakturoidDialect({
  token = aToken(),
  used = 1,
  suspended = [],
  orgs = [anOrg()],
  page = { events: [anEvent()], next: null },
}: {
  token?: Token;
  used?: number;
  suspended?: readonly string[];
  orgs?: readonly Org[];
  page?: EventPage;
} = {}) {
  const clock = { now: testNow };
  const known = new Map(orgs.map((org) => [org.org_id, org]));
  const ports = tokenPorts(() => token, used, suspended);
  const read = vi.fn<EventReader["readPage"]>(async () => page);
  const readOrg = vi.fn<OrgReader["get"]>(async (orgId) => known.get(orgId) ?? null);
  const upTo = vi.fn<PageCheckpointStore["findNearest"]>(async () => []);
  const put = vi.fn<PageCheckpointStore["put"]>(async () => undefined);
  const answer = createFakturoidHandler({
    tokens: ports,
    orgs: { get: readOrg },
    events: { readPage: read },
    checkpoints: { findNearest: upTo, put },
    now: () => clock.now,
  });
  const ask = async (target: string, { method = "GET", headers = {} }: Asked = {}) => {
    const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
    const sent = { authorization: `Bearer ${aSecret()}`, "user-agent": userAgent, ...headers };
    const request = aRequest(target, { method, headers: sent });
    const response = await answer(request, trace).catch((error: unknown) => renderError(error, request));
    return { ...response, trace };
  };
  return { ask, clock, known, ...ports, read, readOrg, upTo, put };
}

/** What is stored of an API client with this secret. */
export function aClient(over: Partial<Token> = {}, secret = aSecretOf("client")): Token {
  return aToken({ scopes: [clientScope], user_id: "usr_1", ...over }, secret);
}

/** `Authorization` of a client, in the alphabet that most clients write, or in the one of URLs. */
export function basic(id: string, secret: string, encoding: "base64" | "base64url" = "base64"): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString(encoding)}`;
}

type Posted = {
  readonly method?: string;
  readonly body?: string;
  readonly type?: string | null;
  /** `null` for none; without it the client's own. */
  readonly authorization?: string | null;
  readonly userAgent?: string | null;
};

const form = "application/x-www-form-urlencoded";

/** OAuth of the Fakturoid dialect, from the HTTP call to tokens in memory. Its clock stands still until it is set. */
export function oauthDialect(
  tokens: readonly Token[] = [aClient()],
  { used = 1, suspended = [] }: { used?: number; suspended?: readonly string[] } = {},
) {
  const stored = new Map(tokens.map((token) => [toTokenId(token.hash), token]));
  const clock = { now: testNow };
  let drawn = 0;
  const given = new Map<string, AccessGrants>();
  const find = ({ holder, isAccessToken }: TokenRef) => (isAccessToken ? null : (stored.get(holder) ?? null));
  const ports = tokenPorts(find, used, suspended);
  const grants = vi.fn<AccessGrantStore["get"]>(async (clientId) => {
    const isRevoked = [...stored.values()].some((token) => token.token_id === clientId && token.revoked_at !== null);
    return isRevoked ? null : (given.get(clientId) ?? {});
  });
  const replace = vi.fn<AccessGrantStore["replace"]>(async (clientId, known, next) => {
    if (!isDeepStrictEqual(known, given.get(clientId) ?? {})) return false;
    given.set(clientId, next);
    return true;
  });
  const revoke = vi.fn<AccessGrantStore["revoke"]>(async (clientId, hash) => {
    const { [hash]: _, ...others } = given.get(clientId) ?? {};
    given.set(clientId, others);
  });
  const answer = createOauthHandler({
    tokens: ports,
    issued: { get: grants, replace, revoke },
    now: () => clock.now,
    random: (bytes) => createHash("sha512").update(String(drawn++)).digest().subarray(0, bytes),
  });
  const run = createHttpHandler({
    name: "test",
    handle: answer,
    renderError: renderOauthError,
    parseBody: parseFormOrJsonBody,
  });

  const post = async (
    path: string,
    {
      method = "POST",
      body = "grant_type=client_credentials",
      type = form,
      authorization = basic(aClient().token_id, aSecretOf("client")),
      userAgent: agent = userAgent,
    }: Posted = {},
  ): Promise<HttpResponse & { readonly said: Record<string, unknown> }> => {
    const headers = {
      ...(type !== null && { "content-type": type }),
      ...(authorization !== null && { authorization }),
      ...(agent !== null && { "user-agent": agent }),
    };
    const event = buildHttpEvent(`/api/v3/oauth/${path}`, { method, headers });
    const { statusCode, headers: answered = {}, body: text = "" } = await run({ ...event, body }, buildLambdaContext());
    const lower = Object.entries(answered).map(([name, value]) => [name, String(value)]);
    return { status: statusCode ?? 0, headers: Object.fromEntries(lower), body: text, said: JSON.parse(text) };
  };
  /** An access token of the client. */
  const token = async (posted: Posted = {}) => String((await post("token", posted)).said.access_token);
  /** What is stored of an access token; `undefined` where it does not hold. */
  const grantOf = (secret: string) => {
    const { holder, hash } = toTokenRef(secret);
    return given.get(holder)?.[hash];
  };
  return { post, token, stored, given, grantOf, clock, ...ports, grants, replace, revoke };
}
