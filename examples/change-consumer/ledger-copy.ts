import { DatabaseSync } from "node:sqlite";
import type { Schemas } from "@activity-log/client";

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL; -- a commit is on the disk, whatever happens next
  CREATE TABLE IF NOT EXISTS changes (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT,
    withheld TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS documents (
    entity_id TEXT PRIMARY KEY,
    entity_type TEXT NOT NULL,
    events INTEGER NOT NULL,
    last_action TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`;

/** Opens a copy of the log in a SQLite file: each change, and what is derived from them. */
export function openLedgerCopy(file: string) {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec(schema);
  const last = database.prepare("SELECT coalesce(max(sequence), 0) AS sequence FROM changes");
  const insert = database.prepare("INSERT INTO changes (sequence, event_id, withheld) VALUES (?, ?, ?)");
  const count = database.prepare(`
    INSERT INTO documents (entity_id, entity_type, events, last_action) VALUES (?, ?, 1, ?)
    ON CONFLICT DO UPDATE SET events = events + 1, last_action = excluded.last_action`);

  return {
    /** Returns the sequence of the last change; 0 without one. */
    lastSequence: () => Number(last.get()?.sequence),
    /**
     * Stores a change and its effect in one transaction: after a crash there are both or neither. The primary key refuses
     * a change that is stored already.
     */
    apply({ sequence, activity, reason }: Schemas["Change"]): void {
      database.exec("BEGIN IMMEDIATE");
      try {
        insert.run(sequence, activity?.event_id ?? null, reason ?? null);
        if (activity !== null) count.run(activity.entity_id, activity.entity_type, activity.action);
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}
