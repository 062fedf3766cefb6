import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { describeJsonOperation } from "#shared/api/finzbooks/openapi/describe-json-operation.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { viewerTokenExample, viewerTokenSchema } from "#shared/api/viewer-tokens/openapi/schemas.ts";
import { parseViewerTokenSettings, viewerTokenBodySchema } from "#shared/api/viewer-tokens/viewer-token-settings.ts";
import { assertScope, type Caller } from "#shared/auth/caller.ts";
import { toViewerTokenId, type ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import type { ViewerTokensCall, ViewerTokensOperation } from "./viewer-tokens-call.ts";

export const createViewerToken: ViewerTokensOperation = {
  operationId: "create_viewer_token",
  method: "POST",
  path: `${basePath}/viewer-tokens`,
  route: "create_viewer_token",
  scope: "AIBooks.viewer_tokens.CREATE",
  parameters: orgParameters,
  async handle(call) {
    const issued = toViewerToken(call);
    const token = await call.signViewerToken(issued);
    call.auditFields.viewer_token_id = issued.viewer_token_id;
    const { issuer_token_id: _, issued_at: __, ...viewer_token } = issued;
    return jsonResponse(JSON.stringify({ code: 0, message: "success", viewer_token: { ...viewer_token, token } }), 201);
  },
};

/** Returns the viewer token of a request, which has scopes of its issuer only. Throws `ActivityError`. */
function toViewerToken({ request, caller, now, random }: ViewerTokensCall): ViewerToken {
  const { seconds, ...settings } = parseViewerTokenSettings(request.body());
  for (const scope of settings.scopes) assertScope(caller.token, scope);
  const issuedAt = now();
  return {
    viewer_token_id: toViewerTokenId(random(16)),
    issuer_token_id: caller.token.token_id,
    org_id: caller.org_id,
    ...settings,
    issued_at: issuedAt.toISOString(),
    expires_at: expiryOf(caller, new Date(issuedAt.getTime() + seconds * 1_000)),
  };
}

/** A viewer token ends with its issuer. */
function expiryOf({ token }: Caller, wished: Date): string {
  const latest = token.expires_at ?? wished.toISOString();
  return latest < wished.toISOString() ? latest : wished.toISOString();
}

export const describeCreateViewerToken = () =>
  describeJsonOperation("access", {
    summary: "Issue a viewer token for a browser",
    description:
      "For servers. A viewer token reads events of one organisation, and of one document, contact or actor if it is " +
      "limited to it, or manages its webhooks. It counts for the token that issued it, and ends with it.",
    body: { schema: viewerTokenBodySchema, example: viewerTokenExample.body },
    responses: {
      201: {
        description: "Issued. Only this response contains the token.",
        content: { viewer_token: viewerTokenSchema },
        example: { viewer_token: viewerTokenExample.viewer_token },
      },
    },
    errors: [409],
  });
