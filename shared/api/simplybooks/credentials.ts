import { getBearerToken } from "#shared/api/http/authenticate-request.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { type ActiveToken, getOnlyOrg, orgSuspendedError } from "#shared/auth/caller.ts";
import type { OrgCache } from "#shared/auth/orgs/org-cache.ts";
import { ActivityError } from "#shared/errors.ts";

export type SimplybooksCredentials = {
  readonly key: string;
  /** The account that the request names by id or number; `null` for the only account of the key. */
  readonly account: string | null;
};

/** Returns the credentials of a request. Throws `ActivityError` `unauthenticated` if it has none. */
export function parseCredentials(request: HttpRequest): SimplybooksCredentials {
  const { headers } = request;
  const account = headers["x-accountid"]?.trim() || null;
  const key = headers["x-api-key"]?.trim();
  if (key) return { key, account };
  const bearer = getBearerToken(request);
  if (bearer !== null) return { key: bearer, account };
  const isBasic = /^Basic\b/i.test(headers.authorization ?? "");
  const message = isBasic
    ? "X-API-Key required: e-mail address and password are not accepted, use an API key"
    : "X-API-Key required";
  throw new ActivityError("unauthenticated", message);
}

/**
 * Returns the id of the account that the request names, or of the token's only account. Throws `ActivityError` if the key
 * is not for the account, the account is suspended, or its number is ambiguous.
 */
export async function authorizeAccount(token: ActiveToken, orgs: OrgCache, account: string | null): Promise<string> {
  const { org_ids, suspended_org_ids } = token;
  if (account !== null) {
    if (suspended_org_ids.includes(account)) throw orgSuspendedError();
    if (org_ids.includes(account)) return account;
    const own = await Promise.all([...org_ids, ...suspended_org_ids].map((orgId) => orgs.get(orgId)));
    const [named, ...sameNumber] = own.filter(({ account_number }) => account_number === account);
    if (sameNumber.length > 0) {
      const message = "X-AccountId ambiguous: several accounts of the key have this number, name one by its id";
      throw new ActivityError("invalid_value", message, { field: "X-AccountId" });
    }
    if (named !== undefined && suspended_org_ids.includes(named.org_id)) throw orgSuspendedError();
    if (named !== undefined) return named.org_id;
    throw new ActivityError("org_mismatch", "X-AccountId unknown: the key is not for this account");
  }
  const only = getOnlyOrg(token);
  if (only !== null) return only;
  throw new ActivityError("required_field", "X-AccountId required: the token is for several accounts");
}
