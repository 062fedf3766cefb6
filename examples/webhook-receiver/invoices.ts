import { DatabaseSync } from "node:sqlite";
import type { WebhookPayload } from "@activity-log/webhooks";

/** Opens the work of this example: a table with the status of each invoice, as of its newest event. */
export function openInvoices(file: string) {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec(`CREATE TABLE IF NOT EXISTS invoices (
    org_id TEXT, invoice_id TEXT, status TEXT NOT NULL, occurred_at INTEGER NOT NULL, event_id TEXT NOT NULL,
    PRIMARY KEY (org_id, invoice_id)
  ) STRICT`);
  // Idempotent, and in any order: events arrive late, and the same one again, but an older one changes nothing.
  const upsert = database.prepare(`
    INSERT INTO invoices (org_id, invoice_id, status, occurred_at, event_id) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET status = excluded.status, occurred_at = excluded.occurred_at, event_id = excluded.event_id
    WHERE (excluded.occurred_at, excluded.event_id) > (invoices.occurred_at, invoices.event_id)`);

  return async function applyEvent({ event_type, org_id, data }: WebhookPayload): Promise<void> {
    const status = data.changes?.status?.new;
    if (data.entity_type !== "INVOICE" || typeof status !== "string") return;
    upsert.run(org_id, data.entity_id, status, Date.parse(data.occurred_at), data.event_id);
    console.log(`${data.occurred_at} ${event_type}: ${data.entity_id} is ${status}`);
  };
}
