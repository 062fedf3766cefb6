import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { documentIdHint } from "#clients/cli/commands/list.ts";
import { dispatch } from "#clients/cli/dispatch.ts";
import { formatError } from "#clients/cli/format-error.ts";
import { maxRows } from "#shared/audit/saved-query.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { anEvent } from "#test/support/builders.ts";
import { demoLine } from "#test/support/events/demo-log.ts";
import { aCommandContext } from "#test/unit/cli/command-context.ts";
import { withoutColours } from "#test/unit/cli/run-command.ts";

const stored = new Date("2026-05-30T12:00:00.000Z");

/** Runs an audit query over the lines of these events, which a folder of logs has. */
async function runAudit(events: readonly ActivityEvent[], args: readonly string[], columns: number | null = null) {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "logs"));
  writeFileSync(join(folder, "logs", "audit-logs.json"), JSON.stringify({ events: "e.log", access: "a.log" }));
  const lines = events.map((event, at) => demoLine(event, stored, String(at)));
  writeFileSync(join(folder, "logs", "e.log"), lines.join("\n"));
  const { context, stderr } = aCommandContext({ columns });
  const words = ["audit", ...args, "--since", "2026-05-01", "--from-files", folder];
  const ended = await dispatch(words, context).then(
    (outcome) => ({ text: outcome?.text ?? "", json: outcome?.json, exit: outcome?.exit ?? exitCodes.done }),
    (error) => ({ text: formatError(error).message, json: undefined, exit: formatError(error).exit }),
  );
  return { ...ended, text: withoutColours(ended.text), stderr: stderr.join("") };
}

const changes = toJsonText({ due_date: { old: "2026-03-01", new: "2026-04-01" }, total: { old: null, new: 12.5 } });
const update = anEvent({ action: "INVOICE_UPDATED", actor: toJsonText({ name: "Anna Example" }), changes });
const sent = anEvent({ action: "INVOICE_SENT", occurred_at: "2026-05-12T08:30:12.000Z" });

describe("audit command", () => {
  it("shows who changed a field, with old and new value", async () => {
    const { json, text, exit } = await runAudit([update, sent], ["field-changes", "--field", "due_date"]);
    const row = { actor_name: "Anna Example", changed_values: changes, old: "2026-03-01", new: "2026-04-01" };
    expect(json).toMatchObject({ rows: [row], columns: expect.arrayContaining(["old", "new"]) });
    expect(text).toMatch(/ACTOR NAME.*OLD +NEW\n.*Anna Example.*2026-03-01 +2026-04-01\n/s);
    expect(exit).toBe(0);
    const ofTotal = await runAudit(
      [update, sent],
      ["document-history", "--document", "inv_8c3f1a9b", "--field", "total"],
    );
    expect(ofTotal.json).toMatchObject({ rows: [{ old: "null", new: "12.5" }] });
    expect((await runAudit([update], ["tampering", "--field", "total"])).text).toBe("tampering does not take --field.");
  });

  it("distinguishes an empty field from an absent one", async () => {
    const emptied = toJsonText({ total: { old: "", new: null }, memo: { old: null, new: "" } });
    const event = anEvent({ action: "INVOICE_UPDATED", changes: emptied });
    const { json } = await runAudit([event], ["field-changes", "--field", "total"]);
    expect(json).toMatchObject({ rows: [{ old: '""', new: "null" }] });
  });

  it.each([
    ["2026-05-30", "2026-05-31T00:00:00.000Z", 2],
    ["2026-05-29", "2026-05-30T00:00:00.000Z", 0],
    ["2026-06-01", "2026-06-02T00:00:00.000Z", 2],
    ["2026-05-30T12:00:00Z", "2026-05-30T12:00:01.000Z", 2],
    ["7d", "2026-05-25T12:00:30.000Z", 0],
  ])("includes the whole day of a date in --until: %s", async (until, end, count) => {
    const { json } = await runAudit(
      [update, sent],
      ["document-history", "--document", "inv_8c3f1a9b", "--until", until],
    );
    expect(json).toMatchObject({ since: "2026-05-01T00:00:00.000Z", until: end });
    expect(json).toHaveProperty("rows.length", count);
  });

  it("finds actions on behalf of a user by both actors", async () => {
    const actor = toJsonText({ name: "Support", type: "user", on_behalf_of: { user_id: "usr_9", name: "Anna" } });
    const event = anEvent({ actor_user_id: "usr_support", actor });
    for (const user of ["usr_9", "usr_support"]) {
      const { json } = await runAudit([event, sent], ["user-activity", "--user", user]);
      const by = { actor_user_id: "usr_support", actor_name: "Support", actor_type: "user" };
      expect(json).toMatchObject({ rows: [{ ...by, on_behalf_of_user_id: "usr_9", on_behalf_of_name: "Anna" }] });
    }
  });

  it("shows the searched range, also without results", async () => {
    const searched = "Searched 2 lines of the events log, 2026-05-01T00:00:00.000Z to 2026-06-01T12:00:30.000Z.";
    const none = await runAudit([update, sent], ["voids-and-deletions", "--org", "org_8f9a1c2d"]);
    expect(none).toMatchObject({ text: `Nothing found.\n${searched}`, exit: 0, json: { searched_lines: 2, rows: [] } });
    const byNumber = await runAudit([update, sent], ["document-history", "--document", "INV-2026-0042"]);
    expect(byNumber.text).toBe(`Nothing found. ${documentIdHint("document")}\n${searched}`);
    const some = await runAudit([update, sent], ["field-changes", "--field", "due_date"]);
    expect(some.text.split("\n").at(-1)).toBe(`1 row. ${searched}`);
    const csv = await runAudit([update, sent], ["changes-by-source", "--csv"]);
    expect(csv).toMatchObject({ stderr: `${searched}\n`, text: expect.not.stringContaining("Searched") });
  });

  it("rejects --csv with --json", async () => {
    const { exit, text } = await runAudit([update], ["changes-by-source", "--csv", "--json"]);
    expect({ exit, text }).toEqual({ exit: 2, text: "Give --csv or --json, not both." });
  });

  it("fails for an organisation that does not exist", async () => {
    const { text, exit, json } = await runAudit([update], ["voids-and-deletions", "--org", "org_typo"]);
    expect({ exit, json }).toEqual({ exit: 2, json: undefined });
    expect(text).toBe("Unknown organisation 'org_typo'. org list shows the organisations.");
  });

  it("exits with code 3 only when the result was truncated", async () => {
    const many = Array.from({ length: maxRows + 1 }, (_, n) =>
      anEvent({ event_id: `evt_${String(n).padStart(32, "0")}` }),
    );
    const whole = await runAudit(many.slice(1), ["document-history", "--document", "inv_8c3f1a9b"]);
    expect(whole).toMatchObject({ exit: 0, json: { is_cut: false } });
    const cut = await runAudit(many, ["document-history", "--document", "inv_8c3f1a9b"]);
    expect(cut).toMatchObject({
      exit: 3,
      json: { is_cut: true },
      stderr: expect.stringContaining("More than "),
    });
  });

  it("escapes control characters on a terminal, also in CSV", async () => {
    const hostile = anEvent({ action: "INVOICE_VOIDED", entity_ref: "\u001b]0;x\u0007\u202e=1", entity_id: "inv_1" });
    for (const more of [[], ["--csv"]]) {
      const { text } = await runAudit([hostile], ["voids-and-deletions", ...more], 200);
      expect(text.replaceAll(/[\r\n]|^\ufeff/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it("reads only the log folder of a stack", async () => {
    const { context } = aCommandContext();
    const asked = dispatch(["audit", "tampering", "--since", "1h", "--from-files", "/nowhere"], context);
    await expect(asked).rejects.toThrow("/nowhere has no audit-logs.json");
  });

  it("fails when the local stack is not running", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "activity-log-gone-"));
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
    mkdirSync(join(cwd, ".local"));
    const nowhere = "http://127.0.0.1:1";
    const gone = {
      api: nowhere,
      endpoints: { dynamodb: nowhere, sqs: nowhere, lambda: nowhere },
      queues: { ingest: nowhere, rejected: nowhere },
      tables: { events: "events", config: "config" },
      functions: { admin: "access", repair: "repair" },
      logFiles: { events: join(cwd, "e.log"), access: join(cwd, "a.log") },
      // Above the largest id that Linux and macOS give to a process.
      pid: 2 ** 30,
    };
    writeFileSync(join(cwd, ".local", "stack.json"), JSON.stringify(gone));
    const { context } = aCommandContext({ cwd });
    const asked = dispatch(["audit", "tampering", "--since", "1h"], context);
    await expect(asked).rejects.toThrow("--from-files");
  });
});
