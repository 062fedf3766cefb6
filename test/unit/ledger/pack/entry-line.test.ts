import { expect, it } from "vitest";
import { type ExportedEntry, formatEntryLine, parseEntryLine } from "#shared/ledger/pack/entry-line.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

const entry: ExportedEntry = {
  sequence: 3,
  kind: "event",
  sealed_at: "2026-05-12T07:51:34.250Z",
  sha256: "5".repeat(64),
  event: '{"text":"\u2028"}',
};

it("parseEntryLine returns what formatEntryLine was given", () => {
  const omitted: ExportedEntry = { ...entry, kind: "tamper", event: null, reason: "tampered" };
  for (const one of [entry, omitted]) expect(parseEntryLine(formatEntryLine(one))).toEqual(one);
  expect(formatEntryLine(entry)).not.toContain("\n");
});

it.each([
  "",
  "null",
  "[]",
  '{"sequence":0}',
  formatEntryLine(entry).replace('"event","', '"other","'),
  formatEntryLine(entry).replace("2026-05-12", "2026-13-12"),
  formatEntryLine(entry).replace("5555", "555X"),
  formatEntryLine({ ...entry, event: null, reason: "hidden" }).replace("hidden", "lost"),
])("parseEntryLine refuses %j", (line) => {
  expect(() => parseEntryLine(line)).toThrow(ProofError);
});
