import type { Chunk } from "#shared/ledger/chunk.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import type { LogDefect } from "#shared/ledger/verification/log-defect.ts";
import { entryOf, followingChunk, type MemoryLog } from "./random-log.ts";

/** What is changed: the entry at `at` in the chunk at `chunk`, neither of which is the last. */
export type TamperTarget = { readonly chunk: number; readonly at: number };

/** A changed log, and which sequences a verifier must name. */
export type Tampered = { readonly log: MemoryLog; readonly expected: Pick<LogDefect, "part" | "first" | "last"> };

/** Ways to change a stored log. The first two change events, the others the ledger. */
export const tampers: Readonly<Record<string, (log: MemoryLog, target: TamperTarget) => Tampered>> = {
  edit: (log, target) => {
    const events = new Map(log.events).set(entryAt(log, target), '{"text":"other"}');
    return { log: { ...log, events }, expected: eventOf(log, target) };
  },
  delete: (log, target) => {
    const deleted = entryAt(log, target);
    const events = new Map([...log.events].filter(([entry]) => entry !== deleted));
    return { log: { ...log, events }, expected: eventOf(log, target) };
  },
  insert: (log, target) => {
    const [entry, canonical] = forged;
    const changed = changeChunk(log, target, (chunk) => ({
      ...chunk,
      size: chunk.size + 1,
      entries: eventsOf(chunk).toSpliced(target.at, 0, entry),
    }));
    const events = new Map(log.events).set(entry, canonical);
    const { first, last, part } = chunkOf(log, target);
    return { log: { ...changed, events }, expected: { part, first, last: last + 1 } };
  },
  reorder: (log, target) => {
    const swap = ({ entries }: Chunk) => {
      const [one, two] = entries.slice(target.at, target.at + 2);
      return one === undefined || two === undefined ? entries : entries.with(target.at, two).with(target.at + 1, one);
    };
    return {
      log: changeChunk(log, target, (chunk) => ({ ...chunk, entries: swap(chunk) })),
      expected: chunkOf(log, target),
    };
  },
  digest: (log, target) => {
    const entry = entryAt(log, target);
    const changed = { ...entry, sha256: entry.sha256.with(target.at % 32, (entry.sha256[target.at % 32] ?? 0) ^ 1) };
    return { log: replaceEntry(log, target, changed), expected: chunkOf(log, target) };
  },
  drop: (log, target) => ({
    log: { ...log, chunks: log.chunks.toSpliced(target.chunk, 1) },
    expected: chunkOf(log, target),
  }),
  truncate: (log, target) => {
    const { size } = chunkAt(log, target);
    const expected = { part: "log" as const, first: size + 1, last: log.chunks.at(-1)?.size ?? 0 };
    return { log: { ...log, chunks: log.chunks.slice(0, target.chunk + 1) }, expected };
  },
  backdate: (log, target) => {
    const earlier = (time: string) => new Date(Date.parse(time) - 1).toISOString();
    const changed = changeChunk(log, target, (chunk) => ({ ...chunk, sealed_at: earlier(chunk.sealed_at) }));
    return { log: changed, expected: chunkOf(log, target) };
  },
  fork: (log, target) => {
    const [entry, canonical] = forged;
    const chunks: Chunk[] = [];
    for (const [at, chunk] of log.chunks.entries()) {
      const entries = eventsOf(chunk);
      chunks.push(followingChunk(chunks, at === target.chunk ? entries.with(target.at, entry) : entries));
    }
    const events = new Map(log.events).set(entry, canonical);
    return { log: { chunks, events }, expected: { part: "log", first: 1, last: chunks.at(-1)?.size ?? 0 } };
  },
  "edit with digest": (log, target) => {
    const [entry, canonical] = forged;
    const changed = replaceEntry(log, target, entry);
    return { log: { ...changed, events: new Map(log.events).set(entry, canonical) }, expected: chunkOf(log, target) };
  },
};

const forged = entryOf(0xffff_ffff, "forged");

function chunkAt({ chunks }: MemoryLog, target: TamperTarget): Chunk {
  const chunk = chunks[target.chunk];
  if (chunk === undefined) throw new RangeError(`The log has no chunk ${target.chunk}.`);
  return chunk;
}

function entryAt(log: MemoryLog, target: TamperTarget): EventEntry {
  const entry = eventsOf(chunkAt(log, target))[target.at];
  if (entry === undefined) throw new RangeError(`The chunk has no entry ${target.at}.`);
  return entry;
}

function eventsOf({ entries }: Chunk): EventEntry[] {
  return entries.filter((entry) => entry.kind === "event");
}

function changeChunk(log: MemoryLog, target: TamperTarget, change: (chunk: Chunk) => Chunk): MemoryLog {
  return { ...log, chunks: log.chunks.with(target.chunk, change(chunkAt(log, target))) };
}

function replaceEntry(log: MemoryLog, target: TamperTarget, entry: EventEntry): MemoryLog {
  return changeChunk(log, target, (chunk) => ({ ...chunk, entries: chunk.entries.with(target.at, entry) }));
}

function eventOf(log: MemoryLog, target: TamperTarget): Tampered["expected"] {
  const sequence = chunkAt(log, target).first + target.at + 1;
  return { part: "event", first: sequence, last: sequence };
}

function chunkOf(log: MemoryLog, target: TamperTarget): Tampered["expected"] {
  const { first, size } = chunkAt(log, target);
  return { part: "chunk", first: first + 1, last: size };
}
