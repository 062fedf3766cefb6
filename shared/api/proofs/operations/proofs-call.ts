import type { CallerCall } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { Operation } from "#shared/api/operations/operation.ts";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";

/** An authorised request for the proofs of an organisation's log. */
export type ProofsCall = CallerCall & { readonly proofs: ProofPorts };

export type ProofsOperation = Operation<ProofsCall>;
