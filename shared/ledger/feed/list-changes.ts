import type { LedgerReader } from "#shared/ledger/ports.ts";
import type { Change, ChangePage } from "./change.ts";
import { fillPage, type PageBudget } from "./fill-page.ts";
import { listEntries } from "./list-entries.ts";
import { type ResolvePorts, resolveEntries } from "./resolve-entries.ts";

export type ListChangesPorts = ResolvePorts & { readonly ledger: LedgerReader };

export type ChangesRequest = {
  readonly org_id: string;
  /** The last sequence that the client has; 0 for the beginning. */
  readonly after: number;
  readonly limit: number;
};

/**
 * Returns the changes after a sequence, oldest first, without a gap. A page ends at the limit, at the end of the log, or
 * where the budget is used up, but not before its first change. Beyond the end of the log it is empty.
 */
export async function listChanges(
  ports: ListChangesPorts,
  { org_id, after, limit }: ChangesRequest,
  budget: PageBudget<Change>,
): Promise<ChangePage> {
  const { entries, latest } = await listEntries(ports.ledger, { log: org_id, after, limit });
  const changes = await fillPage(entries, (some) => resolveEntries(ports, org_id, some), budget);
  return { changes, latest_sequence: latest };
}
