import type { StoredLog } from "#shared/ledger/verification/verify-log.ts";
import type { MemoryLog } from "./random-log.ts";

/** Returns a log in memory as a verifier reads it. */
export function storedLog({ chunks, events }: MemoryLog): StoredLog {
  return {
    chunks,
    getCanonicalEvents: async (entries) => entries.map((entry) => events.get(entry) ?? null),
  };
}
