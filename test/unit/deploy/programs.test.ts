import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { endAll, run, start } from "#test/deploy/programs.ts";
import { until } from "#test/support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-programs-"));
const log = join(folder, "output.log");
const pidFile = join(folder, "pid");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const file of [log, pidFile]) rmSync(file, { force: true });
});

const variables = { PATH: "/usr/bin:/bin", GREETING: "hello" };

/** A shell script as a program, with ten seconds to end. */
const script = (text: string, timeoutMs = 10_000) => ({
  title: "The script",
  command: "/bin/sh",
  args: ["-c", text],
  variables,
  log,
  timeoutMs,
});

/** Begins a process in the background, whose id it writes to a file. */
const leaveBehind = `sleep 600 & echo $! > ${pidFile};`;

function isRunning(): boolean {
  const pid = readFileSync(pidFile, "utf8").trim();
  // A process that has ended may wait for init to notice.
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

const isGone = () => until(() => !isRunning(), { deadlineMs: 10_000 });

describe("run", () => {
  it("passes only the given variables, and logs the output", async () => {
    await run(script("echo $GREETING; echo again >&2; echo home=$HOME"));
    expect(readFileSync(log, "utf8")).toBe("hello\nagain\nhome=\n");
  });

  it("throws with the end of the output when the program fails", async () => {
    await expect(run(script("echo the reason; exit 3"))).rejects.toThrow(
      `The script: failed with exit code 3. The end of ${log}:\nthe reason`,
    );
    await expect(run(script("exit 3"), [0, 3])).resolves.toBeUndefined();
  });

  it("ends child processes when the program ends", async () => {
    await run(script(leaveBehind));
    await isGone();
  });

  it("throws and ends child processes after the timeout", async () => {
    await expect(run(script(`${leaveBehind} echo begun; wait`, 500))).rejects.toThrow("did not end within 0.5 s");
    await isGone();
  });

  it("throws when the program does not exist", async () => {
    await expect(run({ ...script(""), command: join(folder, "nothing") })).rejects.toThrow("ENOENT");
  });
});

describe("start", () => {
  it("ends the program and its child processes on stop", async () => {
    const running = await start(script(`${leaveBehind} wait`));
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    expect(isRunning()).toBe(true);
    await running.stop();
    await isGone();
  });

  it("ends the program when the whole run is aborted", async () => {
    await start(script(`${leaveBehind} wait`));
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    endAll();
    await isGone();
  });
});
