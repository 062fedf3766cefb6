import { meterRead } from "#shared/events/query/meter-read.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { RoundStore } from "#shared/ledger/anchors/ports.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { chunkReadUnits, nodeReadUnits, roundReadUnits } from "#shared/ledger/read-units.ts";
import type { TileStore } from "#shared/ledger/tiles/tile-store.ts";

/** The parts of the ledger that proofs are made from. */
export type ProofReads = {
  readonly ledger: LedgerReader;
  readonly tiles: TileStore;
  readonly rounds: Pick<RoundStore, "get">;
};

/** Wraps what proofs read of the ledger so that a meter counts the expected cost. */
export function meterProofReads({ ledger, tiles, rounds }: ProofReads, meter: ReadMeter): ProofReads {
  return {
    ledger: meterLedgerReads(ledger, meter),
    tiles: meterTileReads(tiles, meter),
    rounds: {
      get: (root) =>
        meterRead(
          meter,
          () => rounds.get(root),
          ({ heads }) => roundReadUnits(heads.length),
        ),
    },
  };
}

function meterTileReads(tiles: TileStore, meter: ReadMeter): TileStore {
  return {
    listChunks: (log, range, isConsistent) =>
      meterRead(
        meter,
        () => tiles.listChunks(log, range, isConsistent),
        (chunks) => chunkReadUnits(chunks, isConsistent),
      ),
    listNodes: (log, range, isConsistent) =>
      meterRead(
        meter,
        () => tiles.listNodes(log, range, isConsistent),
        (nodes) => nodeReadUnits(nodes.length, isConsistent),
      ),
  };
}
