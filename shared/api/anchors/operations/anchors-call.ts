import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { SigningPorts } from "#shared/ledger/checkpoints/sign-head.ts";
import type { TilePorts } from "#shared/ledger/proofs/get-tile.ts";

/** A request without a token. */
export type AnchorsCall = PathCall & {
  readonly anchors: TilePorts & {
    /**
     * Tiles that this instance has served, by their paths. They never change, and reading one takes up to 15 units of the
     * partition to which anchors are appended: repeats by strangers must not.
     */
    readonly servedTiles: Map<string, Uint8Array>;
  };
  readonly keys: Pick<SigningPorts, "checkpointKeys" | "logName">;
};

export type AnchorsOperation = Operation<AnchorsCall>;
