import { type AuthContext, authenticateRequest, getBearerToken } from "#shared/api/http/authenticate-request.ts";
import { invalidValue } from "#shared/api/http/parameters.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { type ActiveToken, type Caller, resolveCaller } from "#shared/auth/caller.ts";

/** What a request brings to say who asks. */
export type FinzbooksCredentials = {
  readonly secret: string;
  /** Every organisation that the request names. */
  readonly namedOrgs: readonly string[];
};

/** Reads the credentials of a request. Throws `ActivityError` `unauthenticated` where it brings no token. */
export function parseCredentials(request: HttpRequest): FinzbooksCredentials {
  const { headers, query } = request;
  const secret = getBearerToken(request);
  if (secret === null) throw invalidTokenError();
  // An empty header is none. An empty parameter is refused, as all are.
  const inHeader = headers["x-aibooks-org"] ?? "";
  return { secret, namedOrgs: [...(inHeader === "" ? [] : [inHeader]), ...query.getAll("organization_id")] };
}

/**
 * Finds out who asks and for which organisation, and counts the request; the trace learns how the token stands. Throws
 * `ActivityError` for a bad token, an excess of requests, and an organisation that the token is not bound to.
 */
export async function authenticateCaller(auth: AuthContext, { namedOrgs }: FinzbooksCredentials): Promise<Caller> {
  const caller = toCaller(await authenticateRequest(auth), namedOrgs);
  auth.context.auditFields.org_id = caller.org_id;
  return caller;
}

/** The caller of a token, for the organisation that the request names. Throws like `identifyCaller`. */
export function toCaller(token: ActiveToken, named: readonly string[]): Caller {
  return resolveCaller(token, onlyOrg(named), "X-AIBooks-Org");
}

function onlyOrg(named: readonly string[]): string | null {
  if (named.includes("")) throw invalidValue("organization_id", "organization_id must not be empty.");
  if (new Set(named).size > 1) {
    const message = "The request names several organisations: name one, by X-AIBooks-Org or by organization_id.";
    throw invalidValue("organization_id", message);
  }
  return named[0] ?? null;
}
