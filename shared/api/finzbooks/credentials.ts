import { bearerOf, identify, type Visit } from "#shared/api/http/identify.ts";
import { invalid } from "#shared/api/http/parameters.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { invalidToken } from "#shared/auth/authenticate.ts";
import { type ActiveToken, type Caller, callerOf } from "#shared/auth/caller.ts";

/** What a request brings to say who asks. */
export type Credentials = {
  readonly secret: string;
  /** Every organisation that the request names. */
  readonly named: readonly string[];
};

/** Reads the credentials of a request. Throws `ActivityError` `unauthenticated` where it brings no token. */
export function credentialsOf(request: HttpRequest): Credentials {
  const { headers, query } = request;
  const secret = bearerOf(request);
  if (secret === null) throw invalidToken();
  // An empty header is none. An empty parameter is refused, as all are.
  const inHeader = headers["x-aibooks-org"] ?? "";
  return { secret, named: [...(inHeader === "" ? [] : [inHeader]), ...query.getAll("organization_id")] };
}

/**
 * Finds out who asks and for which organisation, and counts the request; the trace learns how the token stands. Throws
 * `ActivityError` for a bad token, an excess of requests, and an organisation that the token is not bound to.
 */
export async function identifyCaller(visit: Visit, { named }: Credentials): Promise<Caller> {
  const caller = callerWith(await identify(visit), named);
  visit.trace.facts.org_id = caller.org_id;
  return caller;
}

/** The caller of a token, for the organisation that the request names. Throws like `identifyCaller`. */
export function callerWith(token: ActiveToken, named: readonly string[]): Caller {
  return callerOf(token, onlyOrg(named), "X-AIBooks-Org");
}

function onlyOrg(named: readonly string[]): string | null {
  if (named.includes("")) throw invalid("organization_id", "organization_id must not be empty.");
  if (new Set(named).size > 1) {
    const message = "The request names several organisations: name one, by X-AIBooks-Org or by organization_id.";
    throw invalid("organization_id", message);
  }
  return named[0] ?? null;
}
