import type { CallerCall } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { Operation } from "#shared/api/operations/operation.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { FindProofPorts } from "#shared/ledger/proofs/find-proof.ts";

/** An authorised request for the proofs of an organisation's log. */
export type ProofsCall = CallerCall & {
  /** Returns what proofs are made from. The meter counts what is read of it. */
  createProofPorts(meter: ReadMeter): FindProofPorts;
};

export type ProofsOperation = Operation<ProofsCall>;
