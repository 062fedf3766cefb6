import { createCallerHandler } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { matchesPath } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";
import { listKeys } from "./operations/list-keys.ts";
import type { ProofsCall } from "./operations/proofs-call.ts";
import { proofsOperations } from "./operations/proofs-operations.ts";

export type ProofsPorts = Pick<ProofsCall, "createProofPorts"> &
  Pick<ProofPorts, "checkpointKey" | "logName"> & { readonly tokens: TokenUsageStore; now(): Date };

/** Creates the handler of checkpoints and proofs. It throws `ActivityError`, which `renderError` renders. */
export function createProofsHandler(ports: ProofsPorts) {
  const handleCaller = createCallerHandler<ProofsPorts>(proofsOperations, ports);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    if (request.method !== listKeys.method || !matchesPath(listKeys, request.path)) {
      return handleCaller(request, context);
    }
    context.auditFields.route = listKeys.route;
    return listKeys.handle({ request, path: {}, ...ports });
  };
}
