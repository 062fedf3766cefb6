import { userAgent } from "#shared/api/fakturoid/user-agent.ts";
import type { HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { AccessGrantStore } from "#shared/auth/issue-access-token.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";

/** A request for a token or its revocation, and what it is handled with. */
export type OauthCall = PathCall & {
  readonly context: RequestContext;
  readonly authenticator: TokenAuthenticator;
  readonly issued: AccessGrantStore;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
};

export type OauthOperation = Operation<OauthCall>;

/** Defines an operation under both spellings of its path that clients use: with `.json` and without. */
export function defineOauthOperation(name: string, handle: OauthOperation["handle"]): readonly OauthOperation[] {
  return ["", ".json"].map((suffix) => ({
    operationId: `oauth_${name}${suffix.replace(".", "_")}`,
    method: "POST",
    path: `/api/v3/oauth/${name}${suffix}`,
    route: name,
    scope: null,
    parameters: [userAgent],
    handle,
  }));
}

/** Returns the fields of a body; none if it is not an object. Throws `ActivityError` if it is malformed. */
export function parseFields({ request }: OauthCall): JsonObject {
  const body = request.body();
  return isJsonObject(body) ? body : {};
}

/** Returns a response that caches do not store (RFC 6749, section 5.1). */
export function uncachedResponse(body: Readonly<Record<string, unknown>>): HttpResponse {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    pragma: "no-cache",
  };
  return { status: 200, headers, body: JSON.stringify(body) };
}
