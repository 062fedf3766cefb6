import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entriesPerFile } from "#clients/cli/export/entry-files.ts";
import { readPackFolder } from "#clients/verifier/pack-folder.ts";
import { Random } from "#infra/local/demo/random.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { verifyPack } from "#shared/ledger/verification/verify-pack.ts";
import { type ExportServer, startExportServer } from "#test/support/ledger/export-server.ts";
import { exportedLog } from "#test/support/ledger/exported-log.ts";

import { seedOverride } from "#test/support/vitest/environment.ts";

const root = mkdtempSync(join(tmpdir(), "activity-log-killed-"));
/** Two files, of which the second is not full. */
const count = entriesPerFile + 5_400;
const pages = Math.ceil(entriesPerFile / 1_000) + 6;
const seed = seedOverride() ?? Math.floor(Math.random() * 2 ** 31);

let server: ExportServer;
let key: string;
beforeAll(async () => {
  const log = await exportedLog(count);
  server = await startExportServer(log.source);
  key = log.key;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Starts `activity export`, in a process of its own. */
function start(out: string) {
  const child = spawn(execPath, [resolve("clients/cli/main.ts"), "export", "--out", out, "--format", "csv"], {
    env: { ACTIVITY_API: server.url, ACTIVITY_TOKEN: "token", HOME: root },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  return { child, exited: once(child, "exit"), errors: () => errors };
}

/** The files of a pack with their content; only the time at which it was made may differ. */
const contentOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      readFileSync(join(folder, name), "utf8").replace(/"created_at": ".*"/, '"created_at"'),
    ]),
  );

describe("activity export", () => {
  it("ends with the same bytes when its process is killed at random moments", async () => {
    const reference = join(root, "reference");
    const whole = start(reference);
    expect([...(await whole.exited), whole.errors()]).toEqual([0, null, ""]);

    const random = new Random(seed);
    const folder = join(root, "killed");
    let kills = 0;
    // The first run is certainly killed; a later one may end before.
    for (const longest of [pages - 6, pages, 7]) {
      const run = start(folder);
      const turnsAfter = random.chance(0.5) ? null : random.between(0, 2_000);
      server.interruptAt(random.between(1, longest), turnsAfter, () => run.child.kill("SIGKILL"));
      const [code, signal] = await run.exited;
      if (signal === "SIGKILL") kills += 1;
      else expect([code, run.errors()], `SEED=${seed}`).toEqual([0, ""]);
      if (code === 0) break;
    }
    expect(kills, `SEED=${seed}`).toBeGreaterThan(0);
    if (!readdirSync(folder).includes("manifest.json")) {
      server.interruptAt(0, 0, () => undefined);
      const last = start(folder);
      expect([...(await last.exited), last.errors()], `SEED=${seed}`).toEqual([0, null, ""]);
    }
    expect(contentOf(folder), `SEED=${seed}`).toEqual(contentOf(reference));
    const { verification } = await verifyPack(readPackFolder(folder), [parseVerificationKey(key)]);
    expect(verification.events).toBe(count);
  });
});
