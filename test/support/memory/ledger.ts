import type { Chunk } from "#shared/ledger/chunk.ts";
import type { SubtreeRoot } from "#shared/ledger/merkle/frontier.ts";
import type { LedgerReader, LedgerWriter } from "#shared/ledger/ports.ts";
import type { ShardClaim, ShardClaims } from "#shared/ledger/sequencer/shard-claim.ts";

export type MemoryLedger = LedgerReader &
  LedgerWriter & {
    readonly logs: ReadonlyMap<string, readonly Chunk[]>;
    readonly tileRoots: ReadonlyMap<string, readonly SubtreeRoot[]>;
  };

/** Creates a ledger in memory. A page has at most `pageSize` chunks. */
export function memoryLedger(pageSize = 1_000): MemoryLedger {
  const logs = new Map<string, Chunk[]>();
  const roots = new Map<string, SubtreeRoot[]>();
  return {
    logs,
    tileRoots: roots,
    async getNewestChunk(log) {
      return logs.get(log)?.at(-1) ?? null;
    },
    async getChunk(log, first) {
      return logs.get(log)?.find((chunk) => chunk.first === first) ?? null;
    },
    async listChunks(log, { from, limit = pageSize }) {
      const found = (logs.get(log) ?? []).filter(({ size }) => size > from);
      const chunks = found.slice(0, Math.min(limit, pageSize));
      return { chunks, next: found[chunks.length]?.first ?? null };
    },
    async put(log, chunk, tileRoots) {
      const chunks = logs.get(log) ?? [];
      if (chunks.some(({ first }) => first === chunk.first)) return false;
      logs.set(log, [...chunks, chunk]);
      roots.set(log, [...(roots.get(log) ?? []), ...tileRoots]);
      return true;
    },
  };
}

/** Creates claims in memory, which never expire. */
export function memoryClaims(): ShardClaims {
  const claims = new Map<string, ShardClaim>();
  return {
    async get(shard) {
      return claims.get(shard) ?? null;
    },
    async put(shard, claim) {
      if ((claims.get(shard)?.version ?? 0) !== claim.version - 1) return false;
      claims.set(shard, claim);
      return true;
    },
  };
}
