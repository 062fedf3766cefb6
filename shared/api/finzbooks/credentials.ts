import { type AuthContext, authenticateRequest, getBearerToken } from "#shared/api/http/authenticate-request.ts";
import { invalidValue } from "#shared/api/http/parameters.ts";
import type { HttpRequest, RequestContext } from "#shared/api/http/request.ts";
import { type ViewerVerification, verifyViewer } from "#shared/api/http/verify-viewer.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { type ActiveToken, type Caller, resolveCaller } from "#shared/auth/caller.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { ActivityError } from "#shared/errors.ts";

export type FinzbooksCredentials = {
  readonly secret: string;
  /** The verified viewer token, if the secret is one and the operation accepts it. */
  readonly viewer: ViewerToken | null;
  /** All organisations that the request names. */
  readonly namedOrgs: readonly string[];
};

/** Returns the credentials of a request. Throws `ActivityError` `unauthenticated` if it has no token. */
export function parseCredentials(request: HttpRequest): FinzbooksCredentials {
  const { headers, query } = request;
  const secret = getBearerToken(request);
  if (secret === null) throw invalidTokenError();
  // An empty header counts as absent; an empty parameter is an error, as for all parameters.
  const inHeader = headers["x-aibooks-org"] ?? "";
  return {
    secret,
    viewer: null,
    namedOrgs: [...(inHeader === "" ? [] : [inHeader]), ...query.getAll("organization_id")],
  };
}

/**
 * Returns the caller of a request and counts the request. Sets the rate limit headers and the audit fields. Throws
 * `ActivityError` for an invalid token, an exceeded rate limit, or an organisation that the token is not bound to.
 */
export async function authenticateCaller(auth: AuthContext, credentials: FinzbooksCredentials): Promise<Caller> {
  const caller = toCaller(await authenticateRequest(auth), credentials);
  auth.context.auditFields.org_id = caller.org_id;
  return caller;
}

/** Returns the caller of a token for the named organisation. Throws `ActivityError` if the token is not bound to it. */
export function toCaller(token: ActiveToken, { viewer, namedOrgs }: FinzbooksCredentials): Caller {
  const named = getNamedOrg(namedOrgs);
  if (viewer === null) return resolveCaller(token, named, "X-AIBooks-Org");
  if (named !== null && named !== viewer.org_id) {
    throw new ActivityError("org_mismatch", "The viewer token is for another organisation.");
  }
  return resolveCaller(token, viewer.org_id, "X-AIBooks-Org");
}

/**
 * Returns the credentials of a request to an operation that accepts viewer tokens. Throws `ActivityError` like
 * `parseCredentials` and `verifyViewer`.
 */
export async function verifyCredentials(
  request: HttpRequest,
  context: RequestContext,
  verification: ViewerVerification,
): Promise<FinzbooksCredentials> {
  const credentials = parseCredentials(request);
  return { ...credentials, viewer: await verifyViewer(request, context, credentials.secret, verification) };
}

function getNamedOrg(namedOrgs: readonly string[]): string | null {
  if (namedOrgs.includes(""))
    throw invalidValue("organization_id", "organization_id must not be empty. Omit it or name an organisation.");
  if (new Set(namedOrgs).size > 1) {
    const message = "The request names several organisations. Name one, in X-AIBooks-Org or in organization_id.";
    throw invalidValue("organization_id", message);
  }
  return namedOrgs[0] ?? null;
}
