import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TilePorts } from "#shared/ledger/proofs/get-tile.ts";
import { anchorsOperations } from "./operations/anchors-operations.ts";

/** Creates the handler of the log of anchors. It throws `ActivityError`, which `renderError` renders. */
export function createAnchorsHandler(anchors: TilePorts) {
  const findRoute = createRouter(anchorsOperations);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { operation, path } = findRoute(request.method, request.path);
    context.auditFields.route = operation.route;
    parseParameters(request.query, []);
    return operation.handle({ request, path, anchors });
  };
}
