import type { Chunk } from "#shared/ledger/chunk.ts";
import { appendRecords } from "#shared/ledger/sequencer/append-records.ts";
import { identify, reconcilerShard } from "#shared/ledger/sequencer/appended-records.ts";
import { roomAfter } from "#shared/ledger/sequencer/next-chunk.ts";
import type { SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { type ParseEvent, type StreamItem, toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { eventEntries, finishRange } from "./compare-log.ts";
import { contains, type EventRange, findRange, fingerprintOf } from "./event-range.ts";
import type { EventKey, ReconcilePorts } from "./ports.ts";
import type { ReconcileRun } from "./reconcile-run.ts";

export type ReconcileOptions = {
  /** Counts what is missing, and appends nothing. */
  readonly isDryRun: boolean;
  /** Whether webhooks are sent for the entries, as for those of the sequencer. */
  readonly notifies: boolean;
  /** Events that were recorded at this time or later are left to the sequencer, which may have them in its stream. */
  readonly recordedBefore: string;
};

type KeyedEvent = { readonly key: EventKey; readonly fingerprint: bigint };

/**
 * Appends the missing events of the next page of the first range, oldest first, until `isOver` is true. Goes on to the next
 * range after the last page.
 *
 * Why no event is appended twice: a chunk is stored only at the end of its log, and every entry up to there was compared
 * with its events by their identity. That holds for any number of reconcilers. The sequencer has no older event in its
 * stream, and looks for those that only seem to be older (`skipReconciled`).
 */
export async function appendMissing(
  run: ReconcileRun,
  log: string,
  ports: ReconcilePorts,
  options: ReconcileOptions & { isOver(): boolean },
): Promise<void> {
  const [range] = run.ranges;
  if (range === undefined) return finishRange(run);
  const { first, last } = range;
  const bounds = { since: first.occurred_at, until: last.occurred_at, after: run.after };
  const { keys, next } = await ports.events.listKeys(log, bounds);
  const events = keys.filter((key) => contains(range, key)).map((key) => ({ key, fingerprint: fingerprintOf(key) }));
  const tail = new LogTail(run, log, ports.ledger);
  await tail.read();
  const missing = events.filter(({ fingerprint }) => !tail.has(fingerprint));
  const old = missing.filter(({ key }) => key.recorded_at < options.recordedBefore);
  if (options.isDryRun) run.counts.missing += old.length;
  const [open] = options.isDryRun ? [] : await appendEvents(run, { log, events: old, tail }, ports, options);

  const done = open === undefined ? events : events.slice(0, events.indexOf(open));
  const isDone = new Set(done);
  run.counts.tooYoung +=
    missing.filter((event) => isDone.has(event)).length - old.filter((event) => isDone.has(event)).length;
  run.after = open === undefined ? next : (done.at(-1)?.key ?? run.after);
  tail.keep(done);
  if (open === undefined && next === null) finishRange(run);
}

type MissingEvents = { readonly log: string; readonly events: readonly KeyedEvent[]; readonly tail: LogTail };

/** Appends events in chunks, at least one. Returns those that are left when `isOver` becomes true. */
async function appendEvents(
  run: ReconcileRun,
  { log, events, tail }: MissingEvents,
  ports: ReconcilePorts,
  options: ReconcileOptions & { isOver(): boolean },
): Promise<readonly KeyedEvent[]> {
  let rest = events;
  while (rest.length > 0) {
    const batch = rest.slice(0, roomAfter(tail.head));
    const records = await readRecords(log, batch, ports, options);
    run.counts.unreadable += batch.length - records.length;
    const appended = { shard: reconcilerShard, log, records, head: tail.head, scanFrom: null };
    run.counts.missing += (await appendRecords(appended, ports)).entries;
    await tail.read();
    rest = rest.slice(batch.length).filter(({ fingerprint }) => !tail.has(fingerprint));
    if (options.isOver()) break;
  }
  return rest;
}

/** Reads events and returns their records, in the order of the keys, without those that cannot be read. */
async function readRecords(
  log: string,
  batch: readonly KeyedEvent[],
  { events, parseEvent }: ReconcilePorts,
  { notifies }: ReconcileOptions,
): Promise<SequencerRecord[]> {
  const items = await events.getItems(
    log,
    batch.map(({ key }) => key),
  );
  const records = new Map<string, SequencerRecord>();
  for (const item of items) {
    const record = toRecord(item, parseEvent);
    if (record?.entry.kind !== "event" || record.log !== log) continue;
    const entry = { ...record.entry, notifies: notifies && record.entry.notifies };
    records.set(identify(entry), { ...record, entry });
  }
  return batch.flatMap(({ key }) => records.get(identify(key)) ?? []);
}

/** The time at which the table stored the item is not known any more, so its writer's is used. */
function toRecord(item: StreamItem, parseEvent: ParseEvent): SequencerRecord {
  const change = { operation: "INSERT", key: {}, old: null, new: item, stored: null };
  return { sequenceNumber: 0n, ...toEntry(change, parseEvent) };
}

/** The entries of a log that were appended since the run listed them. */
class LogTail {
  head: Chunk | null = null;
  #size: number;
  readonly #run: ReconcileRun;
  readonly #group: readonly EventRange[];
  readonly #log: string;
  readonly #ledger: ReconcilePorts["ledger"];
  readonly #found = new Set<bigint>();

  constructor(run: ReconcileRun, log: string, ledger: ReconcilePorts["ledger"]) {
    this.#run = run;
    this.#group = run.ranges.slice(0, run.group);
    this.#size = run.listedTo;
    this.#log = log;
    this.#ledger = ledger;
  }

  /** Reads what was appended since the last call. `head` is then the last chunk of the log. */
  async read(): Promise<void> {
    this.head ??= await this.#ledger.getNewestChunk(this.#log, true);
    for (let next: number | null = this.#size; next !== null; ) {
      const page = await this.#ledger.listChunks(this.#log, { from: next, isConsistent: true });
      for (const entry of eventEntries(page.chunks, next)) {
        if (findRange(this.#group, entry) !== null) this.#found.add(fingerprintOf(entry));
      }
      this.head = page.chunks.at(-1) ?? this.head;
      this.#size = page.chunks.at(-1)?.size ?? this.#size;
      next = page.next;
    }
  }

  has(fingerprint: bigint): boolean {
    return this.#run.listed.has(fingerprint) || this.#found.has(fingerprint);
  }

  /** Adds what was found to the run, without the events that are done. */
  keep(done: readonly KeyedEvent[]): void {
    for (const fingerprint of this.#found) this.#run.listed.add(fingerprint);
    for (const { fingerprint } of done) this.#run.listed.delete(fingerprint);
    this.#run.listedTo = this.#size;
  }
}
