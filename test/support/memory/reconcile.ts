import type { EventKey, ReconcileEvents } from "#shared/ledger/reconcile/ports.ts";
import type { ReconcileRunStore, RunKey, StoredRun } from "#shared/ledger/reconcile/reconcile-run.ts";
import { identify } from "#shared/ledger/sequencer/appended-records.ts";
import type { StreamItem } from "#shared/ledger/sequencer/to-entry.ts";

/** An event of the events table, and its item. */
export type StoredItem = { readonly orgId: string; readonly key: EventKey; readonly item: StreamItem };

/** Creates the events of a table, as the reconciler reads them. `list` returns the items that it has at that moment. */
export function memoryReconcileEvents(list: () => readonly StoredItem[], pageSize = 1_000): ReconcileEvents {
  return {
    async listKeys(orgId, { since, after, until }) {
      const keys = list()
        .filter((stored) => stored.orgId === orgId)
        .map(({ key }) => key)
        .filter(({ occurred_at }) => occurred_at <= until && occurred_at >= (since ?? ""))
        .filter((key) => after === null || identify(key) > identify(after))
        .toSorted((a, b) => (identify(a) < identify(b) ? -1 : 1));
      const page = keys.slice(0, pageSize);
      return { keys: page, next: keys.length > page.length ? (page.at(-1) ?? null) : null };
    },
    async getItems(orgId, keys) {
      const wanted = new Set(keys.map(identify));
      return list()
        .filter((stored) => stored.orgId === orgId && wanted.has(identify(stored.key)))
        .map(({ item }) => item);
    },
  };
}

/** Creates the store of runs in memory. A stored run is a copy. */
export function memoryRuns(): ReconcileRunStore {
  const runs = new Map<string, StoredRun>();
  const nameOf = ({ log, isDryRun }: RunKey) => `${log} ${isDryRun}`;
  return {
    async get(key) {
      const stored = runs.get(nameOf(key));
      return stored === undefined ? null : structuredClone(stored);
    },
    async put(key, stored) {
      if ((runs.get(nameOf(key))?.version ?? 0) !== stored.version - 1) return false;
      runs.set(nameOf(key), structuredClone(stored));
      return true;
    },
    async delete(key, version) {
      if (runs.get(nameOf(key))?.version === version) runs.delete(nameOf(key));
    },
  };
}
