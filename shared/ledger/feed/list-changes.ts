import type { LedgerReader } from "#shared/ledger/ports.ts";
import type { Change, ChangePage } from "./change.ts";
import { listEntries } from "./list-entries.ts";
import { maxBatchEntries, type ResolvePorts, resolveEntries } from "./resolve-entries.ts";

export type ListChangesPorts = ResolvePorts & { readonly ledger: LedgerReader };

export type ChangesRequest = {
  readonly org_id: string;
  /** The last sequence that the client has; 0 for the beginning. */
  readonly after: number;
  readonly limit: number;
};

/** Limits the bytes of a page: `of` measures a change as it is sent. */
export type ChangesBudget = { readonly bytes: number; of(change: Change): number };

/**
 * Returns the changes after a sequence, oldest first, without a gap. A page ends at the limit, at the end of the log, or
 * where the budget is used up, but not before its first change. Beyond the end of the log it is empty.
 */
export async function listChanges(
  ports: ListChangesPorts,
  { org_id, after, limit }: ChangesRequest,
  budget: ChangesBudget,
): Promise<ChangePage> {
  const { entries, latest } = await listEntries(ports.ledger, { log: org_id, after, limit });
  const changes: Change[] = [];
  let bytes = 0;
  let count = maxBatchEntries;
  while (changes.length < entries.length) {
    const read = await resolveEntries(ports, org_id, entries.slice(changes.length, changes.length + count));
    for (const change of read) {
      bytes += budget.of(change);
      if (bytes > budget.bytes && changes.length > 0) return { changes, latest_sequence: latest };
      changes.push(change);
    }
    // No more than are likely to fit: events have up to 64 KB.
    count = Math.max(1, Math.floor(((budget.bytes - bytes) * changes.length) / bytes));
  }
  return { changes, latest_sequence: latest };
}
