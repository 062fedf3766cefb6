import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { TilePorts } from "#shared/ledger/proofs/get-tile.ts";

/** A request without a token. */
export type AnchorsCall = PathCall & { readonly anchors: TilePorts };

export type AnchorsOperation = Operation<AnchorsCall>;
