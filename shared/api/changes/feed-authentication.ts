import { type FinzbooksCredentials, parseCredentials, toCaller } from "#shared/api/finzbooks/credentials.ts";
import { defaultRateLimitPolicy, toCacheKey } from "#shared/api/http/authenticate-request.ts";
import type { ReadAuthContext } from "#shared/api/http/speculative-read.ts";
import { type ActiveToken, assertScope, type Scope } from "#shared/auth/caller.ts";
import { isViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ChangesCall } from "./operations/changes-call.ts";

export type FeedAuth = ReadAuthContext & { authorize(token: ActiveToken): string };

/** Returns what a request for the whole log is authenticated with. Throws `ActivityError` for a viewer token. */
export function feedAuthOf(call: ChangesCall, scope: Scope | null): FeedAuth {
  const { context, callerCache, authenticator } = call;
  const credentials = parseCredentials(call.request);
  assertNoViewerToken(credentials);
  const credential = credentials.secret;
  return {
    ...{ authenticator, credential, context, callerCache, rateLimitPolicy: defaultRateLimitPolicy },
    now: () => call.now(),
    cacheKey: `${toCacheKey(credential)} ${credentials.namedOrgs}`,
    authorize(token) {
      const { org_id } = toCaller(token, credentials);
      context.auditFields.org_id = org_id;
      assertScope(token, scope);
      return org_id;
    },
  };
}

/** The log has no limits, so a token for a part of an organisation cannot read it. */
function assertNoViewerToken({ secret }: FinzbooksCredentials): void {
  if (!isViewerToken(secret)) return;
  const message = "Viewer tokens cannot read the change feed, which has all events. Use a token of a server.";
  throw new ActivityError("outside_viewer_limits", message);
}
