import { createCallerHandler } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { ProofsCall } from "./operations/proofs-call.ts";
import { proofsOperations } from "./operations/proofs-operations.ts";

export type ProofsPorts = Pick<ProofsCall, "createProofPorts"> & { readonly tokens: TokenUsageStore; now(): Date };

/** Creates the handler of checkpoints and proofs. It throws `ActivityError`, which `renderError` renders. */
export function createProofsHandler(ports: ProofsPorts) {
  return createCallerHandler<ProofsPorts>(proofsOperations, ports);
}
