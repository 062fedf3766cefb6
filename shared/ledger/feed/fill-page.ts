import type { SequencedEntry } from "./change.ts";
import { maxBatchEntries } from "./resolve-entries.ts";

/** Limits the bytes of a page: `of` measures an item as it is sent. */
export type PageBudget<T> = { readonly bytes: number; of(item: T): number };

/**
 * Resolves entries in order until the budget of a page is used up, but at least the first one. `resolve` returns an item for
 * each entry.
 */
export async function fillPage<T>(
  entries: readonly SequencedEntry[],
  resolve: (entries: readonly SequencedEntry[]) => Promise<readonly T[]>,
  budget: PageBudget<T>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let bytes = 0;
  let count = maxBatchEntries;
  while (items.length < entries.length) {
    for (const item of await resolve(entries.slice(items.length, items.length + count))) {
      bytes += budget.of(item);
      if (bytes > budget.bytes && items.length > 0) return items;
      items.push(item);
    }
    // No more than are likely to fit: events have up to 64 KB.
    count = Math.max(1, Math.floor(((budget.bytes - bytes) * items.length) / bytes));
  }
  return items;
}
