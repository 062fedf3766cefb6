import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildVerifier } from "#clients/verifier/build/build-verifier.ts";
import { toStandalonePage } from "#clients/verifier/build/standalone-page.ts";
import { checkpointExample, proofExample } from "#shared/api/proofs/openapi/examples.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-verifier-"));
const dist = join(folder, "dist");

beforeAll(() => buildVerifier(dist));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string, from = dist) => readFileSync(join(from, name), "utf8");

describe("buildVerifier", () => {
  it("makes two files without dependencies, and their sums", () => {
    expect(readdirSync(dist).sort()).toEqual(["SHA256SUMS", "activity-verify.html", "activity-verify.mjs"]);
    const imports = [...read("activity-verify.mjs").matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);
    expect(imports.filter((name) => !name?.startsWith("node:"))).toEqual([]);
    expect(read("activity-verify.mjs")).not.toMatch(/\b(?:fetch|require|import)\(/);
    const sums = ["activity-verify.html", "activity-verify.mjs"].map(
      (name) => `${createHash("sha256").update(read(name)).digest("hex")}  ${name}\n`,
    );
    expect(read("SHA256SUMS")).toBe(sums.join(""));
  });

  it("makes the same bytes again", async () => {
    await buildVerifier(join(folder, "again"));
    for (const name of readdirSync(dist)) expect(read(name, join(folder, "again"))).toBe(read(name));
  });

  it("allows the page its own script and style sheet only", () => {
    const page = read("activity-verify.html");
    const hashOf = (tag: string) => {
      const [, content = ""] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page) ?? [];
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    };
    expect(page).toContain(
      `content="default-src 'none'; script-src ${hashOf("script")}; style-src ${hashOf("style")}; base-uri 'none'; form-action 'none'"`,
    );
  });
});

it("toStandalonePage refuses a part that would end its element", () => {
  expect(() => toStandalonePage("", { script: 'const a = "</script>";', style: "" })).toThrow("end its element");
});

describe("activity-verify.mjs", () => {
  const key = trustVectors.verification_key;

  /** Runs the program on files with these texts. Returns its exit code and output. */
  async function run(texts: Readonly<Record<string, string>>, args: readonly string[] = ["--key", key]) {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
    const command = [join(dist, "activity-verify.mjs"), ...Object.keys(texts), ...args];
    const ran = promisify(execFile)(execPath, command, { cwd: folder, env: {} });
    return ran.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );
  }

  it("accepts a proof and a checkpoint", async () => {
    const { code, stdout, stderr } = await run({ "a.tlog-proof": proofExample, checkpoint: checkpointExample });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.match(/^Valid: /gm)).toHaveLength(2);
  });

  it("refuses a changed checkpoint with 1, and a file of another log with 2", async () => {
    const changed = checkpointExample.replace("\n3\n", "\n4\n");
    expect(await run({ changed })).toMatchObject({ code: 1, stdout: expect.stringMatching(/^False: changed: /) });
    const other = ["--key", trustVectors.signed_note.verification_key, "--json"];
    const { code, stdout } = await run({ checkpoint: checkpointExample }, other);
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { results: [{ result: "unknown", file: "checkpoint" }] }]);
  });

  it("verifies the others when a file cannot be read, and exits with 2", async () => {
    const { code, stdout, stderr } = await run({ checkpoint: checkpointExample }, ["nothing", "--key", key]);
    expect([code, stderr]).toEqual([2, ""]);
    expect(stdout).toMatch(
      /^Valid: checkpoint: .*\nCannot tell: nothing: Cannot read nothing\. It must be a text file of at most 16 MB\.\n$/,
    );
  });

  it.each([
    ["no key", ["file"], "Usage: "],
    ["no file", ["--key", key], "Usage: "],
    ["an unknown option", ["file", "--key", key, "--fast"], "Unknown option '--fast'"],
    ["a missing older checkpoint", ["file", "--key", key, "--checkpoint", "nothing"], "Cannot read nothing."],
  ])("exits with 2 for %s", async (_, args, message) => {
    expect(await run({}, args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
  });
});
