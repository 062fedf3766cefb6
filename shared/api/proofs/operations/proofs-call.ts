import type { CallerCall } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { Operation } from "#shared/api/operations/operation.ts";
import type { FindProofPorts } from "#shared/ledger/proofs/find-proof.ts";

/** An authorised request for the proofs of an organisation's log. */
export type ProofsCall = CallerCall & { readonly proofs: FindProofPorts };

export type ProofsOperation = Operation<ProofsCall>;
