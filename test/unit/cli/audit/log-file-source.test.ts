import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createLogFileSource } from "#clients/cli/audit/log-file-source.ts";
import { savedQueries } from "#shared/audit/queries.ts";

const always = { since: "2000-01-01T00:00:00.000Z", until: "2100-01-01T00:00:00.000Z", org: "org_1" };
const time = "2026-11-20T10:00:00.000Z";

it.each([
  ["that a call was refused for", { message: "admin", action: "token.create", outcome: "not_found" }, false],
  ["that was created", { message: "admin", action: "org.create", outcome: "done" }, true],
  ["that asked for its events", { message: "request", status: 200 }, true],
])("log file source finds an organisation %s: %o %s", async (_, line, expected) => {
  const folder = mkdtempSync(join(tmpdir(), "log-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [access, events] = [join(folder, "access.log"), join(folder, "events.log")];
  writeFileSync(access, `${JSON.stringify({ time, org_id: "org_1", ...line })}\n`);
  const [query] = savedQueries;
  if (query === undefined) throw new Error("There is no saved query.");
  expect(await createLogFileSource({ access, events }).hasOrg(query, always, "org_1")).toBe(expected);
});
