import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process, { execPath } from "node:process";
import { text } from "node:stream/consumers";
import { afterAll } from "vitest";
import { environment } from "#infra/local/environment.ts";
import { slowness } from "#test/support/vitest/slowness.ts";
import { kindOf } from "./block-kinds.ts";
import { installPackages } from "./packages.ts";
import { type CodeBlock, projectFolder } from "./pages.ts";

/** What the blocks of a page printed, in their order, and the error of the first that failed. */
export type PageRun = { readonly outputs: ReadonlyMap<CodeBlock, string>; readonly error: string | null };

/** On an idle machine. A page takes a few seconds. */
const pageDeadlineMs = 60_000;

/** Parts of the project that commands of the documentation use, in a folder with a stack file of its own. */
const projectParts = ["clients", "infra", "package.json", "shared"];

/** Creates a copy of the project in which a user would run the commands of the documentation. */
export async function createUserFolder(stackFile: object, stackEnv: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-docs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of projectParts) symlinkSync(join(projectFolder, part), join(folder, part));
  await installPackages(folder, ["client", "emitter", "webhooks"]);
  mkdirSync(join(folder, ".local"));
  writeFileSync(join(folder, ".local/stack.json"), JSON.stringify(stackFile));
  writeFileSync(join(folder, ".local/stack.env"), stackEnv);
  // Without this, curl ends with 0 when the response is an error.
  writeFileSync(join(folder, ".curlrc"), "fail-with-body\n");
  return folder;
}

/** Ends what a shell started and that still runs. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGTERM");
  } catch {
    // Everything has ended already.
  }
}

/** Runs the shell blocks of a page in one shell, after its files are saved. `adapt` replaces addresses and secrets. */
export async function runPage(
  folder: string,
  blocks: readonly CodeBlock[],
  adapt: (code: string) => string,
): Promise<PageRun> {
  for (const { code, note } of blocks) {
    if (note?.key === "file" && !note.value.includes("/")) writeFileSync(join(folder, note.value), adapt(code));
  }
  const commands = blocks.filter((block) => kindOf(block) === "run");
  const outputOf = (at: number) => join(folder, `output-${at}`);
  const script = commands.map(({ code, note }, at) => {
    const isBackground = note?.value === "background";
    const ready = `until [ -s ${outputOf(at)} ] || ! kill -0 $!; do sleep 0.05; done`;
    return `echo ${at} > running\n{\n${adapt(code)}} > ${outputOf(at)} 2>&1${isBackground ? ` &\n${ready}` : ""}\n`;
  });
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script.join("")], {
    cwd: folder,
    // A process group of its own, which ends with what still runs in the background.
    detached: true,
    env: { HOME: folder, CURL_HOME: folder, PATH: [dirname(execPath), environment.PATH].join(delimiter) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stderr = text(child.stderr);
  const deadline = setTimeout(() => endGroup(child.pid), pageDeadlineMs * slowness());
  const [code] = await once(child, "exit");
  clearTimeout(deadline);
  endGroup(child.pid);
  const outputs = new Map(
    commands.flatMap((block, at) =>
      existsSync(outputOf(at)) ? [[block, readFileSync(outputOf(at), "utf8")] as const] : [],
    ),
  );
  for (const at of commands.keys()) rmSync(outputOf(at), { force: true });
  if (code === 0) return { outputs, error: null };
  const failed = commands[Number(readFileSync(join(folder, "running"), "utf8"))];
  const printed = failed === undefined ? "" : outputs.get(failed);
  return { outputs, error: `line ${failed?.line} ended with ${code}: ${printed}${await stderr}` };
}
