import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { SigningPorts } from "#shared/ledger/checkpoints/sign-head.ts";
import type { TilePorts } from "#shared/ledger/proofs/get-tile.ts";

/** A request without a token. */
export type AnchorsCall = PathCall & {
  readonly anchors: TilePorts;
  readonly keys: Pick<SigningPorts, "checkpointKeys" | "logName">;
};

export type AnchorsOperation = Operation<AnchorsCall>;
