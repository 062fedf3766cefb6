import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpConsoleTests } from "#test/support/browser/console/console-tests.ts";
import { enterKey } from "#test/support/browser/console/enter-key.ts";
import { sampleActivity } from "#test/support/browser/sample-activity.ts";
import { acmeKey, createEventProof, toCanonicalEvent } from "#test/support/ledger/event-proof.ts";
import { until } from "#test/support/until.ts";

const tests = setUpConsoleTests();
const now = new Date();
const notSealed = { status: 404, headers: { "retry-after": "1" }, body: { code: "not_found.not_sealed" } };

async function openEvent(path = "/activity", expected?: RegExp): Promise<Page> {
  tests.api.events = sampleActivity(now);
  const page = await tests.openSignedIn(path, { now, ...(expected === undefined ? {} : { expected }) });
  await page.locator(".event-row").first().click();
  return page;
}

/** Lets the timers of the page run until an element is there. */
async function waitFor(page: Page, text: string | RegExp): Promise<void> {
  await until(async () => {
    await page.clock.runFor(1_000);
    return page.getByText(text).first().isVisible();
  });
}

describe("event-verification", () => {
  it("verifies events with the key that the reader enters, and downloads the proof", async () => {
    const page = await openEvent();
    await enterKey(page, acmeKey);
    await waitFor(page, "· sequence 4,711");
    await page.getByText("· sequence 4,711").click();
    await page.getByText("5,000 entries, signed").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download proof" }).click();
    const proof = readFileSync(await (await downloading).path(), "utf8");
    expect(proof).toBe(await createEventProof(toCanonicalEvent(tests.api.events[0] ?? {})));
    await page.keyboard.press("j");
    await waitFor(page, "· sequence 4,711");
  });

  it("says what differs when an event is not what the log has", async () => {
    tests.api.prove = (event) =>
      createEventProof(toCanonicalEvent({ ...event, changes: { status: { old: "SENT", new: "VOID" } } }));
    const page = await openEvent();
    await enterKey(page, acmeKey);
    await waitFor(page, "What is shown here is not what the log recorded.");
    const rows = page.locator(".verification-differences tbody tr");
    expect(await rows.allTextContents()).toEqual([
      "changes.statusSENT → PAIDSENT → VOID",
      "changes.amount_due118000.00 → 0.00absent",
    ]);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("refuses the key of another log, and keeps the key in the tab only if the reader wants it", async () => {
    const page = await openEvent();
    await page.getByRole("button", { name: "Verify…" }).click();
    const dialog = page.getByRole("dialog", { name: "Verification key" });
    await dialog.getByLabel("Key", { exact: true }).fill(acmeKey.replace("org_acme", "org_other"));
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await dialog.locator(".error").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByLabel("Key", { exact: true }).fill(acmeKey);
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await waitFor(page, "· sequence 4,711");
    const kept = () => page.evaluate("Object.values(sessionStorage).concat(Object.values(localStorage)).join()");
    expect(await kept()).not.toContain(acmeKey);
    await page.getByText("· sequence 4,711").click();
    await page.getByRole("button", { name: "Change key…" }).click();
    await page.getByLabel("Keep until this tab is closed").check();
    await page.getByRole("button", { name: "Use this key" }).click();
    await until(async () => String(await kept()).includes(acmeKey));
  });

  it("repeats the request while the event has no number", async () => {
    let requests = 0;
    tests.api.prove = async (event) => (requests++ < 2 ? notSealed : createEventProof(toCanonicalEvent(event)));
    const page = await openEvent("/activity", /^response 404/);
    await enterKey(page, acmeKey);
    await waitFor(page, "Not numbered yet");
    await waitFor(page, "· sequence 4,711");
    expect(requests).toBe(3);
  });

  it("says that an event never got a number, and tries again when asked", async () => {
    tests.api.prove = async () => notSealed;
    const page = await openEvent("/activity", /^response 404/);
    await enterKey(page, acmeKey);
    await waitFor(page, "This event has no number in the log.");
    tests.api.prove = (event) => createEventProof(toCanonicalEvent(event));
    await page.getByRole("button", { name: "Try again" }).click();
    await waitFor(page, "· sequence 4,711");
  });

  it("says that the token may not get proofs, and that another key has signed", async () => {
    tests.api.prove = async () => ({ status: 403, body: { code: "authz.scope_missing", message: "Missing scope." } });
    const page = await openEvent("/activity", /^response 403/);
    await enterKey(page, acmeKey);
    await waitFor(page, /your token may not get proofs/);
    tests.api.prove = async () => "c2sp.org/tlog-proof@v1\n";
    await page.keyboard.press("j");
    await waitFor(page, /Cannot tell/);
  });

  it("verifies the event of the moment on the page of a document", async () => {
    tests.api.events = sampleActivity(now);
    const page = await tests.openSignedIn("/documents/INVOICE/inv_8c3f1a9b", { now });
    await enterKey(page, acmeKey);
    await waitFor(page, "· sequence 4,711");
    expect(await axeViolations(page)).toEqual([]);
  });
});
