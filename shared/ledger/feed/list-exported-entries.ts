import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import type { ExportedEntry } from "#shared/ledger/pack/entry-line.ts";
import type { SequencedEntry } from "./change.ts";
import { fillPage, type PageBudget } from "./fill-page.ts";
import type { ChangesRequest, ListChangesPorts } from "./list-changes.ts";
import { listEntries } from "./list-entries.ts";
import { hasDigest, isHidden, readStoredEvents, type SequencedEvent } from "./resolve-entries.ts";

/** Consecutive entries, oldest first, and the last number that the log had given when they were read. */
export type ExportPage = { readonly entries: readonly ExportedEntry[]; readonly latest_sequence: number };

type ExportPorts = Omit<ListChangesPorts, "report">;

/**
 * Returns the entries after a sequence like `listChanges`, each with what its leaf commits to, and the event as stored. With
 * them, the root of the log can be computed again. An event that is not the one that was sequenced is left out.
 */
export async function listExportedEntries(
  ports: ExportPorts,
  { org_id, after, limit }: ChangesRequest,
  budget: PageBudget<ExportedEntry>,
): Promise<ExportPage> {
  const found = await listEntries(ports.ledger, { log: org_id, after, limit });
  const entries = await fillPage(found.entries, (some) => exportEntries(ports, org_id, some), budget);
  return { entries, latest_sequence: found.latest };
}

async function exportEntries(
  { events, visibleEntityTypes }: ExportPorts,
  orgId: string,
  entries: readonly SequencedEntry[],
): Promise<ExportedEntry[]> {
  const visible: ReadonlySet<string> = new Set(visibleEntityTypes);
  const shown = entries.flatMap(({ entry }) =>
    entry.kind === "event" && !isHidden(entry.entity_type, visible) ? [entry] : [],
  );
  const stored = await readStoredEvents(events, orgId, shown);
  return entries.map(({ sequence, sealed_at, entry }): ExportedEntry => {
    const data = { sequence, kind: entry.kind, sealed_at, sha256: encodeHex(entry.sha256) };
    if (entry.kind !== "event") return { ...data, event: null, reason: "tampered" };
    if (isHidden(entry.entity_type, visible)) return { ...data, event: null, reason: "hidden" };
    return { ...data, ...contentOf(entry.sha256, stored.get(entry), visible) };
  });
}

function contentOf(
  digest: Uint8Array,
  stored: SequencedEvent | undefined,
  visible: ReadonlySet<string>,
): Pick<ExportedEntry & { readonly event: null }, "event" | "reason"> | { readonly event: string } {
  if (stored === undefined) return { event: null, reason: "missing" };
  if (!hasDigest(stored, digest)) return { event: null, reason: "tampered" };
  // The digest does not cover the type of the entry. An event that this release cannot read is exported as it is.
  const isShown = stored.event === null || visible.has(stored.event.entity_type);
  return isShown ? { event: stored.canonical } : { event: null, reason: "hidden" };
}
