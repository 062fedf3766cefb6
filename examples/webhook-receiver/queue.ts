import { DatabaseSync } from "node:sqlite";
import type { WebhookPayload } from "@activity-log/webhooks";

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL; -- a commit is on the disk, whatever happens next
  CREATE TABLE IF NOT EXISTS deliveries (
    delivery_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    payload TEXT,
    status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'done', 'failed')),
    failures INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS queued ON deliveries (occurred_at, event_id) WHERE status = 'queued';
  CREATE INDEX IF NOT EXISTS queued_of_document ON deliveries (document, occurred_at, event_id) WHERE status = 'queued'`;

/** The oldest event that is due and has no older one of its document before it, which may wait for a retry. */
const selectNext = `
  SELECT payload, failures FROM deliveries AS next
  WHERE status = 'queued' AND due_at <= ? AND NOT EXISTS (
    SELECT 1 FROM deliveries AS older WHERE older.status = 'queued' AND older.document = next.document
      AND (older.occurred_at, older.event_id) < (next.occurred_at, next.event_id))
  ORDER BY occurred_at, event_id LIMIT 1`;

export type QueuedDelivery = { readonly payload: WebhookPayload; readonly failures: number };

/** Opens the queue in a SQLite file. Times are Unix milliseconds. */
export function openQueue(file: string) {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec(schema);
  const insert = database.prepare(`
    INSERT INTO deliveries (delivery_id, document, occurred_at, event_id, payload) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`);
  const next = database.prepare(selectNext);
  const finish = database.prepare("UPDATE deliveries SET status = 'done', payload = NULL WHERE delivery_id = ?");
  const defer = database.prepare("UPDATE deliveries SET failures = failures + 1, due_at = ? WHERE delivery_id = ?");
  const fail = database.prepare("UPDATE deliveries SET status = 'failed' WHERE delivery_id = ?");

  return {
    /** Stores a delivery unless it is known. When this returns, it is on the disk. */
    add(payload: WebhookPayload): void {
      const { delivery_id, org_id, data } = payload;
      const document = `${org_id}/${data.entity_type}/${data.entity_id}`;
      insert.run(delivery_id, document, Date.parse(data.occurred_at), data.event_id, JSON.stringify(payload));
    },
    /** Returns the delivery to process next; `null` if none is due. */
    next(now: number): QueuedDelivery | null {
      const row = next.get(now);
      return row === undefined ? null : { payload: JSON.parse(String(row.payload)), failures: Number(row.failures) };
    },
    /** Marks a delivery as processed. Its id is kept for ever, since a replay sends it again under that id. */
    finish: (deliveryId: string) => finish.run(deliveryId),
    /** Processes a delivery again at that time. Later events of its document wait for it. */
    defer: (deliveryId: string, dueAt: number) => defer.run(dueAt, deliveryId),
    /** Gives a delivery up. It is kept, and later events of its document are processed. */
    fail: (deliveryId: string) => fail.run(deliveryId),
  };
}

export type Queue = ReturnType<typeof openQueue>;
