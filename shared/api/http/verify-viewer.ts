import type { Scope } from "#shared/auth/caller.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { isViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { assertNotExpired, type VerifyViewerToken } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { ActivityError } from "#shared/errors.ts";
import type { HttpRequest, RequestContext } from "./request.ts";

/** What verifies the viewer tokens of an operation. */
export type ViewerVerification = {
  readonly verifyViewerToken: VerifyViewerToken;
  readonly scope: Scope | null;
  now(): Date;
};

/**
 * Returns the verified viewer token of a request; `null` if it has another token. Sets the audit fields, and the origins
 * that the response allows. Throws `ActivityError` `unauthenticated` if it is invalid or has expired, and
 * `outside_viewer_limits` or `scope_missing` if the page or the operation is not one of its own.
 */
export async function verifyViewer(
  { headers }: Pick<HttpRequest, "headers">,
  context: RequestContext,
  secret: string,
  { verifyViewerToken, scope, now }: ViewerVerification,
): Promise<ViewerToken | null> {
  if (!isViewerToken(secret)) return null;
  // The page must be able to read that a token is not valid (any more), to ask for another one. Its origin is not known.
  context.viewerOrigins = headers.origin === undefined ? [] : [headers.origin];
  const viewer = await verifyViewerToken(secret);
  context.auditFields.token_id = viewer.issuer_token_id;
  context.auditFields.viewer_token_id = viewer.viewer_token_id;
  context.viewerOrigins = viewer.origins;
  assertNotExpired(viewer, now());
  assertOrigin(viewer, headers.origin);
  if (!viewer.scopes.some((granted) => granted === scope)) {
    throw new ActivityError("scope_missing", `The viewer token lacks the scope ${scope}.`);
  }
  return viewer;
}

/** Browsers name the page in `Origin`; other clients send none, and are not limited. */
function assertOrigin({ origins }: ViewerToken, origin: string | undefined): void {
  if (origin === undefined || origins.includes(origin)) return;
  const message = "The viewer token is not for pages of this origin. Issue it with the origin of the page.";
  throw new ActivityError("outside_viewer_limits", message, { field: "Origin" });
}
