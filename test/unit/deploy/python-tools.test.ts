import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installPythonTools } from "#test/deploy/python-tools.ts";

let root: string;
const requirements = "cfn-lint==1.0.0\n";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "activity-log-python-"));
  mkdirSync(join(root, "test/deploy"), { recursive: true });
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "test/deploy/requirements.txt"), requirements);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Installs with this shell script as the Python of the machine. */
function installWith(python: string | null) {
  if (python !== null) writeFileSync(join(root, "bin/python3"), `#!/bin/sh\n${python}\n`, { mode: 0o755 });
  const variables = { PATH: [join(root, "bin"), ...(python === null ? [] : ["/usr/bin", "/bin"])].join(":") };
  return installPythonTools({ root, variables, logs: root });
}

const needs = "The deployment check needs Python 3.11 or newer with its venv module";

/** A Python that is new enough, and whose venv has a pip that does this. */
const pythonWhosePip = (text: string) => `
case "$1" in
  -c) exit 0 ;;
  -m) mkdir -p "$3/bin"; touch "$3/bin/python3"; printf '#!/bin/sh\\n${text}\\n' > "$3/bin/pip"; chmod +x "$3/bin/pip" ;;
esac`;

describe("installPythonTools", () => {
  it.each([
    ["is missing", null],
    ["is too old, or lacks venv", "exit 1"],
  ])("throws with the requirements when Python %s", async (_, python) => {
    await expect(installWith(python)).rejects.toThrow(needs);
  });

  it("throws with the output of pip, and retries on the next call", async () => {
    await expect(installWith(pythonWhosePip("echo No matching distribution; exit 1"))).rejects.toThrow(
      /No matching distribution.*needs Python 3\.11/s,
    );
    await expect(installWith(pythonWhosePip("exit 1"))).rejects.toThrow(needs);
  });

  it("installs once, by hash, into a folder that git ignores", async () => {
    const record = join(root, "record");
    const python = pythonWhosePip(`echo "$@" >> ${record}`);
    const tools = await installWith(python);
    expect(tools).toEqual({
      cfnLint: join(root, ".venv/bin/cfn-lint"),
      python: join(root, ".venv/bin/python3"),
    });
    await installWith(python);
    const calls = readFileSync(record, "utf8").trim().split("\n");
    expect(calls).toEqual([
      expect.stringContaining(`--require-hashes -r ${join(root, "test/deploy/requirements.txt")}`),
    ]);
    expect(readFileSync(join(import.meta.dirname, "../../../.gitignore"), "utf8").split("\n")).toContain(".venv/");
  });

  it.each([
    ["their versions change", () => writeFileSync(join(root, "test/deploy/requirements.txt"), "cfn-lint==2.0.0\n")],
    ["their Python is gone", () => rmSync(join(root, ".venv/bin/python3"))],
    [
      "they were copied from elsewhere",
      () => writeFileSync(join(root, ".venv/installed-requirements.txt"), `/old\n${requirements}`),
    ],
  ])("installs again when %s", async (_, change) => {
    await installWith(pythonWhosePip("exit 0"));
    const leftover = join(root, ".venv/leftover");
    writeFileSync(leftover, "");
    change();
    await installWith(pythonWhosePip("exit 0"));
    expect(existsSync(leftover)).toBe(false);
  });
});
