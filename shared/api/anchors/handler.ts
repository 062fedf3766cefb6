import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { queryNames } from "#shared/api/operations/parse-parameters.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { AnchorsCall } from "./operations/anchors-call.ts";
import { anchorsOperations } from "./operations/anchors-operations.ts";

export type AnchorsPorts = Pick<AnchorsCall, "anchors" | "keys">;

/**
 * Creates the handler of what is public: the verification keys, and the log of anchors. It throws `ActivityError`, which
 * `renderError` renders.
 */
export function createAnchorsHandler(ports: AnchorsPorts) {
  const findRoute = createRouter(anchorsOperations);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { operation, path } = findRoute(request.method, request.path);
    context.auditFields.route = operation.route;
    assertKnownParameters(request.query, queryNames(operation.parameters));
    return operation.handle({ ...ports, request, path });
  };
}
