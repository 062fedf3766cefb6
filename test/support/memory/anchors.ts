import type { AnchorRound } from "#shared/ledger/anchors/anchor-round.ts";
import { DamagedRoundError } from "#shared/ledger/anchors/damaged-round.ts";
import type { AnchorProgress, AnchorStore, RoundStore } from "#shared/ledger/anchors/ports.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";

export type MemoryRounds = RoundStore & { readonly rounds: Map<string, AnchorRound> };

/** Creates a store in memory of what rounds are computed from. */
export function memoryRounds(): MemoryRounds {
  const rounds = new Map<string, AnchorRound>();
  return {
    rounds,
    async put(root, round) {
      rounds.set(encodeHex(root), round);
    },
    async get(root) {
      const round = rounds.get(encodeHex(root));
      if (round === undefined) throw new DamagedRoundError(encodeHex(root), "it is missing");
      return round;
    },
  };
}

export type MemoryAnchorStore = AnchorStore & { readonly texts: Map<number, string> };

/** Creates a store of published rounds in memory. */
export function memoryAnchorStore(): MemoryAnchorStore {
  const texts = new Map<number, string>();
  return {
    texts,
    name: "memory",
    async put(index, text) {
      if (!texts.has(index)) texts.set(index, text);
    },
  };
}

/** Creates a store of progress in memory. */
export function memoryAnchorProgress(): AnchorProgress {
  const stores = new Map<string, number>();
  return {
    get: async (store) => stores.get(store) ?? 0,
    async put(store, rounds) {
      stores.set(store, Math.max(rounds, stores.get(store) ?? 0));
    },
  };
}
