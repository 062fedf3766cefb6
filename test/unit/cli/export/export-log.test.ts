import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { entriesPerFile } from "#clients/cli/export/entry-files.ts";
import { EmptyRangeError, exportLog } from "#clients/cli/export/export-log.ts";
import type { ExportSettings } from "#clients/cli/export/export-state.ts";
import type { LogSource } from "#clients/cli/export/log-source.ts";
import { readPackFolder } from "#clients/verifier/pack-folder.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { verifyPack } from "#shared/ledger/verification/verify-pack.ts";
import { testNow } from "#test/support/builders.ts";
import { exportedLog } from "#test/support/ledger/exported-log.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const root = mkdtempSync(join(tmpdir(), "activity-log-export-"));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
const newFolder = () => join(root, String(folders++));

const whole: ExportSettings = {
  ...{ api: "https://activity.example.com", org: null, after: 0, until_sequence: null },
  ...{ since: null, until: null, format: "jsonl" },
};

const run = (source: LogSource, folder: string, over: Partial<ExportSettings> = {}, key: string | null = null) =>
  exportLog(
    {
      ...{ source, folder, verifier: "// verifier", key, now: () => testNow, onProgress: () => undefined },
      range: { since: over.since ?? null, until: over.until ?? null },
    },
    { ...whole, ...over },
  );

const verified = async (folder: string, key: string) =>
  (await verifyPack(readPackFolder(folder), [parseVerificationKey(key)])).verification;

/** The files of a folder with their content. */
const contentOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

describe("exportLog", () => {
  it("writes a pack that verifies, with all entries and instructions", async () => {
    const { source, key, entries } = await exportedLog(1_100);
    const folder = newFolder();
    const { manifest, isSigned } = await run(source, folder, {}, key);
    expect([manifest.first, manifest.last, isSigned]).toEqual([1, 1_100, true]);
    expect(readdirSync(folder).sort()).toEqual(
      ["README.txt", "checkpoint", "events-000000001.jsonl", "manifest.json", "verify.mjs"].sort(),
    );
    expect(await verified(folder, key)).toMatchObject({
      proves: "pack",
      events: entries.length,
      omitted: {},
      size: 1_100,
    });
  });

  it.each([
    [0, 700],
    [256, 1_100],
    [300, 900],
    [1_099, 1_100],
  ])("writes a range that verifies by itself, after %i until %i", async (after, until) => {
    const { source, key } = await exportedLog(1_100);
    const folder = newFolder();
    await run(source, folder, { after, until_sequence: until });
    expect(await verified(folder, key)).toMatchObject({ first: after + 1, last: until, events: until - after });
  });

  it("leaves out the content of events outside of a selection, and verifies nevertheless", async () => {
    const { source, key } = await exportedLog(300);
    const folder = newFolder();
    const since = new Date(testNow.getTime() + 100 * 60_000).toISOString();
    const until = new Date(testNow.getTime() + 149 * 60_000).toISOString();
    await run(source, folder, { since, until });
    expect(await verified(folder, key)).toMatchObject({ events: 50, omitted: { not_selected: 250 } });
    expect(readFileSync(join(folder, "README.txt"), "utf8")).toContain("Completeness is\nnot shown");
  });

  it("continues after an interruption at any page with the same bytes", async () => {
    const { source, key } = await exportedLog(3_500);
    const reference = newFolder();
    await run(source, reference, { format: "csv" });
    for (let pages = 0; pages < 5; pages++) {
      const folder = newFolder();
      let left = pages;
      const failing: LogSource = {
        ...source,
        readEntries: async (...range) => {
          if (left-- === 0) throw new Error("interrupted");
          return source.readEntries(...range);
        },
      };
      if (pages < 4) await expect(run(failing, folder, { format: "csv" })).rejects.toThrow("interrupted");
      await run(source, folder, { format: "csv" });
      expect(contentOf(folder)).toEqual(contentOf(reference));
    }
    expect(await verified(reference, key)).toMatchObject({ events: 3_500 });
  });

  it("keeps the selection of its beginning, and verifies the signature also when it continues", async () => {
    const { source, key } = await exportedLog(300);
    const folder = newFolder();
    const ports = { source, folder, verifier: null, now: () => testNow, onProgress: () => undefined };
    const settings: ExportSettings = { ...whole, since: "30d" };
    const since = new Date(testNow.getTime() + 100 * 60_000).toISOString();
    const failing = { ...source, readEntries: () => Promise.reject(new Error("interrupted")) };
    const range = { since, until: null };
    await expect(exportLog({ ...ports, source: failing, range, key: null }, settings)).rejects.toThrow("interrupted");
    const later = { since: new Date(Date.parse(since) + 1_000).toISOString(), until: null };
    const other = trustVectors.signed_note.verification_key;
    await expect(exportLog({ ...ports, range: later, key: other }, settings)).rejects.toThrow(ProofError);
    const { manifest, isSigned } = await exportLog({ ...ports, range: later, key }, settings);
    expect([manifest.selection, isSigned]).toEqual([{ since, until: null }, true]);
  });

  it("continues after its last complete file", async () => {
    const count = entriesPerFile + 1_500;
    const { source } = await exportedLog(count);
    const folder = newFolder();
    const asked: number[] = [];
    const stopping: LogSource = {
      ...source,
      readEntries: async (after, limit) => {
        if (after > entriesPerFile) throw new Error("interrupted");
        return source.readEntries(after, limit);
      },
    };
    await expect(run(stopping, folder)).rejects.toThrow("interrupted");
    const counting: LogSource = {
      ...source,
      readEntries: async (after, limit) => {
        asked.push(after);
        return source.readEntries(after, limit);
      },
    };
    const { manifest } = await run(counting, folder);
    expect(asked[0]).toBe(entriesPerFile);
    expect(manifest.files).toEqual(["events-000000001.jsonl", "events-000025601.jsonl"]);
  });

  it("stops at an entry that is not what the log has", async () => {
    const { source, entries } = await exportedLog(10);
    const changed = entries.map((entry) =>
      entry.sequence === 4 && entry.event !== null ? { ...entry, event: entry.event.replace("SENT", "PAID") } : entry,
    );
    const missing = entries.filter(({ sequence }) => sequence !== 7);
    const lying = entries.map((entry) => (entry.sequence === 2 ? { ...entry, sha256: "0".repeat(64) } : entry));
    for (const [served, message] of [
      [changed, "Sequence 4: the event was changed."],
      [missing, "Sequence 7 is missing: 8 follows 6."],
      [lying, "Sequence 2: the event was changed."],
    ] as const) {
      const folder = newFolder();
      await expect(run({ ...source, readEntries: async () => served }, folder)).rejects.toThrow(message);
      expect(readdirSync(folder)).not.toContain("manifest.json");
    }
  });

  it("continues the same export, in whatever order its settings are given", async () => {
    const { source } = await exportedLog(10);
    const folder = newFolder();
    const failing = { ...source, readEntries: () => Promise.reject(new Error("interrupted")) };
    await expect(run(failing, folder)).rejects.toThrow("interrupted");
    const { format, ...others } = whole;
    const ports = { source, folder, verifier: null, key: null, now: () => testNow, onProgress: () => undefined };
    const { manifest } = await exportLog({ ...ports, range: { since: null, until: null } }, { format, ...others });
    expect(manifest.last).toBe(10);
  });

  it("refuses a folder with another export, and a range without entries", async () => {
    const { source } = await exportedLog(10);
    const folder = newFolder();
    await run(source, folder);
    await expect(run(source, folder)).rejects.toThrow("has a finished export");
    const begun = newFolder();
    mkdirSync(begun);
    writeFileSync(join(begun, "export.json"), "{}");
    await expect(run(source, begun)).rejects.toThrow("another export that is not finished");
    await expect(run(source, newFolder(), { after: 10 })).rejects.toBeInstanceOf(EmptyRangeError);
  });
});
