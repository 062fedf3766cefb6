import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./programs.ts";

/** Paths of cfn-lint, and of the Python that has ministack. */
export type PythonTools = { readonly cfnLint: string; readonly python: string };

type Options = {
  /** The root of the repository. */
  readonly root: string;
  /** Environment of pip, which needs the machine's settings for its index and certificates. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logs: string;
};

const needs = `The deployment check needs Python 3.11 or newer with its venv module (in Debian and Ubuntu the packages python3 and
python3-venv), and at its first run PyPI. Nothing else in this repository needs Python.`;

/**
 * Installs cfn-lint and ministack into `.venv`, in the versions of requirements.txt, unless they are installed. Throws with
 * the requirements that this machine does not meet.
 */
export async function installPythonTools({ root, variables, logs }: Options): Promise<PythonTools> {
  const folder = join(root, ".venv");
  const requirements = join(root, "test/deploy/requirements.txt");
  const marker = join(folder, "installed-requirements.txt");
  const bin = (name: string) => join(folder, "bin", name);
  // A virtual environment only works at its original path, with the Python that created it.
  const wanted = `${folder}\n${await readFile(requirements, "utf8")}`;
  const tools = { cfnLint: bin("cfn-lint"), python: bin("python3") };
  const isThere = existsSync(marker) && existsSync(bin("python3"));
  if (isThere && (await readFile(marker, "utf8")) === wanted) return tools;

  requirePython(variables);
  await rm(folder, { recursive: true, force: true });
  const log = join(logs, "install.log");
  const step = { title: "Install cfn-lint and ministack", variables, log, timeoutMs: 300_000 };
  try {
    await run({ ...step, command: "python3", args: ["-m", "venv", folder] });
    const args = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", requirements];
    await run({ ...step, command: bin("pip"), args });
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${needs}`, { cause });
  }
  await writeFile(marker, wanted);
  return tools;
}

function requirePython(variables: Readonly<Record<string, string>>): void {
  const test = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
  try {
    execFileSync("python3", ["-c", test], { env: variables, stdio: "ignore" });
  } catch (cause) {
    throw new Error(needs, { cause });
  }
}
