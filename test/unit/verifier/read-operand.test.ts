import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOperand } from "#clients/verifier/read-operand.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "activity-operand-"));
  writeFileSync(join(folder, "file"), "text\n");
  symlinkSync("file", join(folder, "link"));
  writeFileSync(join(folder, "latin"), Buffer.from([0x61, 0xff, 0x0a]));
  writeFileSync(join(folder, "huge"), "");
  truncateSync(join(folder, "huge"), 17 * 1_024 * 1_024);
  execFileSync("mkfifo", [join(folder, "pipe")]);
  mkdirSync(join(folder, "pack"));
  symlinkSync("/dev/zero", join(folder, "pack", "manifest.json"));
  symlinkSync("/dev/zero", join(folder, "pack", "events-000000001.jsonl"));
  writeFileSync(join(folder, "pack", "checkpoint"), Buffer.from([0xff]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (file: string) => readOperand({ file, path: join(folder, file), older: null });

describe("readOperand", () => {
  it.each([
    ["a file", "file", "text\n"],
    ["a link that the user names", "link", "text\n"],
    ["bytes that are not UTF-8", "latin", null],
    ["a file of more than 16 MB", "huge", null],
    ["a pipe, which would never end", "pipe", null],
    ["nothing", "nothing", null],
  ])("returns for %s: %s", async (_, file, text) => {
    expect(await read(file)).toEqual({ file, text, older: null });
  });

  it("returns a reader of a folder that follows no links and replaces no bytes", async () => {
    const operand = await read("pack");
    if (!("pack" in operand)) throw new Error("The folder is not a pack.");
    const { pack } = operand;
    await expect(pack.readText("manifest.json")).rejects.toThrow("The pack has no readable file manifest.json.");
    await expect(pack.readText("checkpoint")).rejects.toThrow("The pack has no readable file checkpoint.");
    const lines = pack.readLines("events-000000001.jsonl")[Symbol.asyncIterator]();
    await expect(lines.next()).rejects.toThrow("no readable file");
    expect((await pack.listFiles()).toSorted()).toEqual(["checkpoint", "events-000000001.jsonl", "manifest.json"]);
  });
});
