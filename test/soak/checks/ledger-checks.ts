import { createHash } from "node:crypto";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { entriesOf } from "#test/soak/ledger-logs.ts";
import type { Submissions } from "#test/soak/submissions.ts";
import type { CheckResult } from "./check-result.ts";
import type { EventsTableItem, SoakResult } from "./soak-result.ts";

/** Each stored event is exactly once in the log of its organisation, with its digest. No other event is in the ledger. */
export function sequenced({ damaged }: Submissions, { stored, ledger }: SoakResult): CheckResult {
  const events = stored.filter(({ entity_id }) => !damaged.has(String(entity_id)));
  const entries = entriesOf(ledger).flatMap(({ log, entry }) => (entry.kind === "event" ? [{ log, entry }] : []));
  const byId = Map.groupBy(entries, ({ log, entry }) => `${log} ${entry.event_id}`);
  const problems = events.flatMap((item) => {
    const [found, another] = byId.get(idOf(item)) ?? [];
    if (found === undefined) return [`${idOf(item)} has no sequence.`];
    if (another !== undefined) return [`${idOf(item)} has several sequences.`];
    const isSame = Buffer.from(found.entry.sha256).equals(digestOf(item));
    return isSame ? [] : [`${idOf(item)} has the digest of another event in the ledger.`];
  });
  const known = new Set(events.map(idOf));
  const foreign = [...byId.keys()]
    .filter((id) => !known.has(id))
    .map((id) => `${id} is in the ledger, but not stored.`);
  return { name: "sequenced", expected: events.length, found: entries.length, problems: [...problems, ...foreign] };
}

/** Each item that is not an event is exactly once in the ledger, as tampering. */
export function damageSequenced({ damaged }: Submissions, { ledger }: SoakResult): CheckResult {
  const entries = entriesOf(ledger).flatMap(({ entry }) => (entry.kind === "tamper" ? [entry] : []));
  const problems = entries.length === damaged.size ? [] : [`The ledger has ${entries.length} entries for tampering.`];
  return { name: "damaged items sequenced", expected: damaged.size, found: entries.length, problems };
}

/** Logs have no gaps, their times never go back, and the root of each chunk is that of all entries up to its end. */
export function logsAreWhole(_: Submissions, { ledger }: SoakResult): CheckResult {
  const problems = [...ledger].flatMap(([log, chunks]) =>
    chunks.flatMap((chunk, at) => (follows(chunk, chunks[at - 1] ?? null) ? [] : [`Chunk ${chunk.first} of ${log}.`])),
  );
  const chunks = [...ledger.values()].reduce((sum, { length }) => sum + length, 0);
  return { name: "logs without gaps", expected: chunks, found: chunks - problems.length, problems };
}

/** The change feed of each organisation has each entry of its log, in order, under numbers without gaps. */
export function fed(_: Submissions, { ledger, logs }: SoakResult): CheckResult {
  let expected = 0;
  const problems = [...logs.fed].flatMap(([org, changes]) => {
    const entries = (ledger.get(org) ?? []).flatMap((chunk) => chunk.entries);
    expected += entries.length;
    if (changes.length !== entries.length) return [`The feed of ${org} has ${changes.length} of ${entries.length}.`];
    return changes.flatMap(({ sequence, event_id, reason }, at) => {
      const entry = entries[at];
      const isShown = entry?.kind === "event" && entry.event_id === event_id;
      const isWithheld =
        event_id === null && (reason === "hidden" || (reason === "tampered" && entry?.kind === "tamper"));
      return sequence === at + 1 && (isShown || isWithheld)
        ? []
        : [`Number ${at + 1} of ${org}: ${event_id} ${reason}.`];
    });
  });
  const found = [...logs.fed.values()].reduce((sum, { length }) => sum + length, 0);
  return { name: "fed", expected, found, problems };
}

/** Proofs of entries, and of the growth of each log since before the load, are valid. */
export function proved(_: Submissions, { logs: { verified } }: SoakResult): CheckResult {
  const { count, problems } = verified;
  return { name: "proved", expected: count, found: count - problems.length, problems };
}

function follows(chunk: Chunk, before: Chunk | null): boolean {
  const expected = nextChunk(before, chunk.entries, { now: new Date(chunk.sealed_at), source: chunk.source }).chunk;
  return (
    chunk.first === expected.first &&
    chunk.size === expected.size &&
    chunk.sealed_at === expected.sealed_at &&
    Buffer.from(chunk.root).equals(expected.root)
  );
}

function idOf({ org_id, event_id }: EventsTableItem): string {
  return `${org_id} ${event_id}`;
}

function digestOf(item: EventsTableItem): Uint8Array {
  const attributes = Object.entries(item).map(([name, value]) => [name, String(value)] as const);
  return createHash("sha256")
    .update(canonicalEvent(toStringAttributes(Object.fromEntries(attributes))))
    .digest();
}
