import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { type ExportedEntry, formatEntryLine } from "#shared/ledger/pack/entry-line.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { formatFileResult } from "#shared/ledger/verification/format-result.ts";
import { type PackReader, verifyPack } from "#shared/ledger/verification/verify-pack.ts";
import { exportedLog } from "#test/support/ledger/exported-log.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const count = 600;
const name = "events-000000001.jsonl";

let log: Awaited<ReturnType<typeof exportedLog>>;
let checkpoint: string;

beforeAll(async () => {
  log = await exportedLog(count);
  checkpoint = await log.source.getCheckpoint(null);
});

const manifest = (over: object = {}) =>
  JSON.stringify({
    ...{ format: "activity-log-pack/v1", origin: checkpoint.split("\n")[0], first: 1, last: count },
    ...{ selection: null, files: [name] },
    ...over,
  });

/** A pack in memory with some entries. */
function packOf(entries: readonly ExportedEntry[], over: Readonly<Record<string, string>> = {}): PackReader {
  const files: Readonly<Record<string, string>> = { "manifest.json": manifest(), checkpoint, ...over };
  return {
    listFiles: async () => [...Object.keys(files), name],
    readText: async (file) => files[file] ?? "",
    async *readLines() {
      yield* entries.map(formatEntryLine);
    },
  };
}

/** Verifies a pack whose lines are changed. */
async function verify(pack: PackReader, key = log.key, change = (line: string) => line) {
  async function* readLines(file: string) {
    for await (const line of pack.readLines(file)) yield change(line);
  }
  return (await verifyPack({ ...pack, readLines }, [parseVerificationKey(key)])).verification;
}

function omitted(entry: ExportedEntry | undefined): ExportedEntry {
  if (entry === undefined) throw new Error("no entry");
  const { sequence, kind, sealed_at, sha256 } = entry;
  return { sequence, kind, sealed_at, sha256, event: null, reason: "not_selected" };
}

const digestOf = (entry: ExportedEntry | undefined) => ({
  sequence: entry?.sequence ?? 0,
  sha256: entry?.sha256 ?? "",
  sealed_at: entry?.sealed_at ?? "",
});

/** The second half of the log, with this frontier. */
const partOf = (frontier: string) =>
  packOf(log.entries.slice(300), { "manifest.json": manifest({ first: 301 }), "frontier.json": frontier });

describe("verifyPack", () => {
  it("accepts the entries of the log", async () => {
    expect(await verify(packOf(log.entries))).toMatchObject({ first: 1, last: count, events: count, size: count });
  });

  it("counts the events that are left out, whatever reason is given", async () => {
    const omit = (reason: "hidden" | "missing") => ({ ...omitted(log.entries[4]), reason, event: null });
    const entries = log.entries.with(4, omit("hidden")).with(5, { ...omit("missing"), ...digestOf(log.entries[5]) });
    const found = await verify(packOf(entries));
    expect(found).toMatchObject({ events: count - 2, omitted: { hidden: 1, missing: 1 } });
    const text = formatFileResult({ file: "pack", result: "valid", cosignatures: [], ...found });
    expect(text).toMatch(/^Valid, without 2 of 600 events: pack: entries 1 to 600 lead to the checkpoint/);
    expect(text).toContain("The reasons for which events are left out are not signed.");
  });

  it("does not call a selection complete", async () => {
    const selection = { since: "2026-01-01", until: null };
    const pack = packOf(log.entries.with(4, omitted(log.entries[4])), { "manifest.json": manifest({ selection }) });
    const text = formatFileResult({ file: "pack", result: "valid", cosignatures: [], ...(await verify(pack)) });
    expect(text).toMatch(/^Valid selection: pack: /);
    expect(text).toContain("That all events of the selection are there is not shown.");
    expect(text).not.toContain("No entry is missing");
  });

  it("names the entry of an event that was changed, whatever was changed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(count - 1), fc.nat(), fc.integer({ min: 1, max: 0x7e }), async (at, where, by) => {
        const changed = log.entries.map((entry, index) => {
          if (index !== at || entry.event === null) return entry;
          const position = where % entry.event.length;
          const other = String.fromCharCode(entry.event.charCodeAt(position) ^ by);
          return { ...entry, event: entry.event.slice(0, position) + other + entry.event.slice(position + 1) };
        });
        const message = `Sequence ${at + 1}: the event was changed.`;
        await expect(verify(packOf(changed))).rejects.toThrow(new ProofError("wrong-content", message));
      }),
      { numRuns: 40 },
    );
  });

  it("refuses entries that were removed, inserted, exchanged, cut off or changed with their digests", async () => {
    const { entries } = log;
    const other = (await exportedLog(count + 1)).entries.at(-1);
    if (other === undefined) throw new Error("no entry");
    await fc.assert(
      fc.asyncProperty(fc.nat(count - 2), async (at) => {
        const rewritten = { ...other, sequence: at + 1 };
        const tampers: readonly (readonly ExportedEntry[])[] = [
          entries.toSpliced(at, 1),
          entries.toSpliced(at, 0, rewritten),
          entries.toSpliced(at, 2, ...entries.slice(at, at + 2).toReversed()),
          entries.slice(0, at + 1),
          entries.toSpliced(at, 1, rewritten),
          entries.toSpliced(at, 1, { ...rewritten, event: null, reason: "missing" }),
        ];
        for (const tampered of tampers) await expect(verify(packOf(tampered))).rejects.toBeInstanceOf(ProofError);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["another key", () => verify(packOf(log.entries), trustVectors.signed_note.verification_key), "unknown-signer"],
    [
      "a changed checkpoint",
      () => verify(packOf(log.entries, { checkpoint: checkpoint.replace("600", "601") })),
      "invalid-signature",
    ],
    ["another log", () => verify(packOf(log.entries, { "manifest.json": manifest({ origin: "other" }) })), "wrong-log"],
    ["no manifest", () => verify(packOf(log.entries, { "manifest.json": "" })), "malformed"],
    [
      "a file outside",
      () => verify(packOf(log.entries, { "manifest.json": manifest({ files: ["../x"] }) })),
      "malformed",
    ],
    ["an event that was left out", () => verify(packOf(log.entries.with(4, omitted(log.entries[4])))), "wrong-content"],
    ["a frontier without a hash", () => verify(partOf("[]")), "malformed"],
    [
      "a forged field",
      () => verify(packOf(log.entries), log.key, (line) => line.replace("{", '{"event":"forged",')),
      "malformed",
    ],
    [
      "another field",
      () => verify(packOf(log.entries), log.key, (line) => line.replace(/}$/, ',"note":"paid"}')),
      "malformed",
    ],
    [
      "a file that the manifest does not list",
      () => verify(packOf(log.entries, { "events-000000002.jsonl": "" })),
      "malformed",
    ],
    [
      "a file with another first entry",
      () => verify(packOf(log.entries, { "manifest.json": manifest({ files: ["events-000000002.jsonl", name] }) })),
      "malformed",
    ],
    [
      "the content of a refused change",
      () => verify(packOf(log.entries), log.key, (line) => line.replace('"kind":"event"', '"kind":"tamper"')),
      "malformed",
    ],
    [
      "half of a surrogate pair",
      () => verify(packOf(log.entries), log.key, (line) => line.replace("INVOICE", "\\ud800")),
      "malformed",
    ],
    ["fewer entries", () => verify(packOf(log.entries, { "manifest.json": manifest({ last: 599 }) })), "wrong-size"],
  ])("refuses a pack with %s", async (_, run, reason) => {
    await expect(run()).rejects.toMatchObject({ name: "ProofError", reason });
  });
});
