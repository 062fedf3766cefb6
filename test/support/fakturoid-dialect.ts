import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { vi } from "vitest";
import { renderProblem } from "#shared/api/fakturoid/errors.ts";
import { answerFakturoid } from "#shared/api/fakturoid/handler.ts";
import { readFormOrJsonBody } from "#shared/api/handlers/form-body.ts";
import { http } from "#shared/api/handlers/http-handler.ts";
import type { HttpResponse, HttpTrace } from "#shared/api/http/request.ts";
import { answerOauth, renderOauthProblem } from "#shared/api/oauth/handler.ts";
import type { AccessGrants } from "#shared/auth/access-grants.ts";
import { clientScope, type Token } from "#shared/auth/caller.ts";
import type { ClientTokens } from "#shared/auth/client-tokens.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { type secretPrefixes, type TokenRef, tokenIdOfHash, tokenRefOf, writeToken } from "#shared/auth/token.ts";
import type { PlaceStore } from "#shared/events/query/offset-pagination.ts";
import type { EventPage, EventReader } from "#shared/events/query/query.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "./builders.ts";
import { aContext, anHttpEvent } from "./http-event.ts";
import { tokenPorts } from "./token-ports.ts";

/** A secret of a kind; different bytes make different secrets. */
export function aSecretOf(kind: keyof typeof secretPrefixes, byte = 1): string {
  return writeToken(new Uint8Array(20).fill(byte), kind);
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
  const read = vi.fn<EventReader["page"]>(async () => page);
  const readOrg = vi.fn<OrgReader["read"]>(async (orgId) => known.get(orgId) ?? null);
  const upTo = vi.fn<PlaceStore["upTo"]>(async () => []);
  const put = vi.fn<PlaceStore["put"]>(async () => undefined);
  const answer = answerFakturoid({
    tokens: ports,
    orgs: { read: readOrg },
    events: { page: read },
    places: { upTo, put },
    now: () => clock.now,
  });
  const ask = async (target: string, { method = "GET", headers = {} }: Asked = {}) => {
    const trace: HttpTrace = { headers: {}, facts: {} };
    const sent = { authorization: `Bearer ${aSecret()}`, "user-agent": userAgent, ...headers };
    const request = aRequest(target, { method, headers: sent });
    const response = await answer(request, trace).catch((error: unknown) => renderProblem(error, request));
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
  const stored = new Map(tokens.map((token) => [tokenIdOfHash(token.hash), token]));
  const clock = { now: testNow };
  let drawn = 0;
  const given = new Map<string, AccessGrants>();
  const find = ({ holder, isAccessToken }: TokenRef) => (isAccessToken ? null : (stored.get(holder) ?? null));
  const ports = tokenPorts(find, used, suspended);
  const grants = vi.fn<ClientTokens["grants"]>(async (clientId) => {
    const isRevoked = [...stored.values()].some((token) => token.token_id === clientId && token.revoked_at !== null);
    return isRevoked ? null : (given.get(clientId) ?? {});
  });
  const replace = vi.fn<ClientTokens["replace"]>(async (clientId, known, next) => {
    if (!isDeepStrictEqual(known, given.get(clientId) ?? {})) return false;
    given.set(clientId, next);
    return true;
  });
  const revoke = vi.fn<ClientTokens["revoke"]>(async (clientId, hash) => {
    const { [hash]: _, ...others } = given.get(clientId) ?? {};
    given.set(clientId, others);
  });
  const answer = answerOauth({
    tokens: ports,
    issued: { grants, replace, revoke },
    now: () => clock.now,
    random: (bytes) => createHash("sha512").update(String(drawn++)).digest().subarray(0, bytes),
  });
  const run = http({ name: "test", answer, renderProblem: renderOauthProblem, readBody: readFormOrJsonBody });

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
    const event = anHttpEvent(`/api/v3/oauth/${path}`, { method, headers });
    const { statusCode, headers: answered = {}, body: text = "" } = await run({ ...event, body }, aContext());
    const lower = Object.entries(answered).map(([name, value]) => [name, String(value)]);
    return { status: statusCode ?? 0, headers: Object.fromEntries(lower), body: text, said: JSON.parse(text) };
  };
  /** An access token of the client. */
  const token = async (posted: Posted = {}) => String((await post("token", posted)).said.access_token);
  /** What is stored of an access token; `undefined` where it does not hold. */
  const grantOf = (secret: string) => {
    const { holder, hash } = tokenRefOf(secret);
    return given.get(holder)?.[hash];
  };
  return { post, token, stored, given, grantOf, clock, ...ports, grants, replace, revoke };
}
