import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { openLedgerCopy } from "#examples/change-consumer/ledger-copy.ts";

const folder = mkdtempSync(join(tmpdir(), "copy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = () => join(folder, `copy-${files++}.sqlite`);

const activity = {
  ...{
    event_id: "evt_1",
    action: "INVOICE_SENT",
    entity_type: "INVOICE" as const,
    entity_id: "inv_1",
    entity_ref: null,
  },
  ...{ actor_user_id: null, changes: null, metadata: {}, occurred_at: "2026-05-11T08:30:12Z" },
};
const event = (sequence: number) => ({ sequence, sealed_at: "2026-05-11T08:30:12.204Z", activity });
const hidden = (sequence: number) => ({ ...event(sequence), activity: null, reason: "hidden" as const });

function rows(file: string, sql: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  } finally {
    database.close();
  }
}

describe("openLedgerCopy", () => {
  it("stores changes with their effects, and continues from its file", () => {
    const file = newFile();
    const copy = openLedgerCopy(file);
    expect(copy.lastSequence()).toBe(0);
    for (const change of [event(1), hidden(2), event(3)]) copy.apply(change);
    expect(openLedgerCopy(file).lastSequence()).toBe(3);
    expect(rows(file, "SELECT * FROM documents")).toEqual([["inv_1", "INVOICE", 2, "INVOICE_SENT"]]);
    expect(rows(file, "SELECT sequence, withheld FROM changes")).toEqual([
      [1, null],
      [2, "hidden"],
      [3, null],
    ]);
  });

  it("refuses a change that it has, without a second effect", () => {
    const file = newFile();
    const copy = openLedgerCopy(file);
    copy.apply(event(1));
    expect(() => copy.apply(event(1))).toThrow("UNIQUE constraint failed");
    copy.apply(event(2));
    expect(rows(file, "SELECT events FROM documents")).toEqual([[2]]);
  });
});
