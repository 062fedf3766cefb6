import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { setUpConsoleTests } from "#test/support/browser/console/console-tests.ts";
import { anActivity } from "#test/support/browser/sample-activity.ts";

const tests = setUpConsoleTests();
const now = new Date();
const events = Array.from({ length: 2_345 }, (_, index) =>
  anActivity(String(index), index % 2 === 0 ? "INVOICE_SENT" : "INVOICE_PAID", index, now),
);

/** Headless Chromium has no dialog for files: without it, the console downloads. */
const withoutPicker = "delete window.showSaveFilePicker;";

/** Replaces the dialog by a file of the page's own file system. */
const withPicker = `window.showSaveFilePicker = async ({ suggestedName }) =>
  (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });`;

async function openExport(page: Page, format: RegExp): Promise<void> {
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("button", { name: format }).click();
}

describe("activity › export", () => {
  it("downloads the filtered list exactly as the API returns it", async () => {
    tests.api.events = events;
    const page = await tests.openSignedIn("/activity?action=INVOICE_SENT");
    await page.evaluate(withoutPicker);
    await page.getByText("1,173 events").waitFor();
    const downloading = page.waitForEvent("download");
    await openExport(page, /JSON Lines/);
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^activity-\d{4}-\d\d-\d\d\.jsonl$/);
    const lines = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(events.filter(({ action }) => action === "INVOICE_SENT"));
    await page.getByText("The export is complete.").waitFor();
  });

  it("streams to a file, waits for the rate limit, and loses nothing to errors", async () => {
    tests.api.events = events;
    const page = await tests.openSignedIn("/activity", { expected: /^response (429|500)/ });
    await page.evaluate(withPicker);
    await page.getByText("2,345 events").waitFor();
    const failures = [{ status: 429, headers: { "retry-after": "0" } }, { status: 500 }];
    tests.api.failure = ({ searchParams }) =>
      searchParams.get("cursor") === "1000" ? (failures.shift() ?? null) : null;
    await openExport(page, /CSV/);
    await page.getByText("The export is complete.").waitFor();
    const text = await page.evaluate(`(async () => {
      const folder = await navigator.storage.getDirectory();
      for await (const file of folder.values()) return (await file.getFile()).text();
    })()`);
    const lines = String(text).trimEnd().split("\r\n");
    expect(lines).toHaveLength(2_346);
    expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(events.map(({ event_id }) => event_id));
    expect(failures).toEqual([]);
  });

  it("stops when the token may not go on, and can be cancelled", async () => {
    tests.api.events = events;
    const page = await tests.openSignedIn("/activity", { expected: /^response 403/ });
    await page.evaluate(withoutPicker);
    await page.getByText("2,345 events").waitFor();
    tests.api.failure = () => ({ status: 403, body: { code: "authz.scope_missing", message: "The token lacks it." } });
    await openExport(page, /CSV/);
    await page.getByText("The export has stopped. The token lacks it.").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("The export was cancelled. No file was written.").waitFor();
  });
});
