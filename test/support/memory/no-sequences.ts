import type { SequenceFinder } from "#shared/ledger/feed/find-sequences.ts";

/** The sequences of a log that has no entries yet. */
export const noSequences: SequenceFinder = async (_log, events) => new Map(events.map((event) => [event, null]));
