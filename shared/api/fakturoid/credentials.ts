import { getBearerToken, type RateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { type ActiveToken, orgSuspendedError } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import type { OrgCache } from "#shared/auth/orgs/org-cache.ts";
import { secondsToReset } from "#shared/auth/rate-limit.ts";
import { unknownResource } from "./errors.ts";

/** The vendor's rate limit. Clients parse these headers with regular expressions, so their format must not change. */
export const fakturoidRateLimitPolicy: RateLimitPolicy = {
  limit: 400,
  headers: (state, now) => ({
    "x-ratelimit-policy": `default;q=${state.limit};w=60`,
    "x-ratelimit": `default;r=${state.remaining};t=${secondsToReset(state, now)}`,
  }),
};

/** Returns the token of a request. Throws `ActivityError` `unauthenticated` if it has none. */
export function parseToken(request: Pick<HttpRequest, "headers">): string {
  const secret = getBearerToken(request);
  if (secret === null) throw invalidTokenError();
  return secret;
}

/**
 * Returns the id of the organisation with a slug. Throws `ActivityError` `org_suspended`, or `not_found` if the token is
 * not bound to such an organisation.
 */
export async function authorizeSlug(token: ActiveToken, orgs: OrgCache, slug: string): Promise<string> {
  const orgIds = [...token.org_ids, ...token.suspended_org_ids];
  const find = (known: readonly Org[]) => known.find((org) => org.slug === slug);
  // A cached organisation may be a minute old, so read it again before refusing the slug.
  const org =
    find(await Promise.all(orgIds.map((orgId) => orgs.get(orgId)))) ??
    find(await Promise.all(orgIds.map((orgId) => orgs.refresh(orgId))));
  if (org === undefined) throw unknownResource();
  if (token.suspended_org_ids.includes(org.org_id)) throw orgSuspendedError();
  return org.org_id;
}
