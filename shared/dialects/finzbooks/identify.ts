import { invalidToken, type TokenUses } from "../../access/authenticate.ts";
import { type Caller, callerOf } from "../../access/caller.ts";
import { ActivityError } from "../../events/errors.ts";
import type { HttpRequest, HttpTrace } from "../http.ts";
import { bearerOf, identify } from "../identify.ts";

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
  // By header or parameter; an empty one names none.
  const named = [headers["x-aibooks-org"] ?? "", ...query.getAll("organization_id")].filter((name) => name !== "");
  return { secret, named };
}

/**
 * Finds out who asks and for which organisation, and counts the request; the trace learns how the token stands. Throws
 * `ActivityError` for a bad token, an excess of requests, and an organisation that the token is not bound to.
 */
export async function identifyCaller(
  tokens: TokenUses,
  { secret, named }: Credentials,
  now: Date,
  trace: HttpTrace,
): Promise<Caller> {
  const token = await identify(tokens, secret, { now, trace });
  const caller = callerOf(token, onlyOrg(named), "X-AIBooks-Org");
  trace.facts.org_id = caller.org_id;
  return caller;
}

function onlyOrg(named: readonly string[]): string | null {
  if (new Set(named).size > 1) {
    const message = "The request names several organisations: name one, by X-AIBooks-Org or by organization_id.";
    throw new ActivityError("invalid_value", message, { field: "organization_id" });
  }
  return named[0] ?? null;
}
