import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { compressPng } from "#test/support/browser/compress-png.ts";
import { type ActivityApi, createActivityApi } from "#test/support/browser/console/activity-api.ts";
import { startConsoleServer } from "#test/support/browser/console/console-server.ts";
import { buildConsoleSite, signIn } from "#test/support/browser/console/console-site.ts";
import { createDeliveriesApi } from "#test/support/browser/console/deliveries-api.ts";
import { createPagesApi } from "#test/support/browser/console/pages-api.ts";
import { anActivity, byUser, sampleActivity } from "#test/support/browser/sample-activity.ts";
import { deliveryScreenshots } from "./delivery-screenshots.ts";
import { pageScreenshots } from "./page-screenshots.ts";
import { dark, narrow, type Screenshot } from "./screenshot.ts";
import { verificationScreenshots } from "./verification-screenshots.ts";

const wide = { width: 1_680 };
const fail = (status: number, code: string, message: string) => (api: ActivityApi) => {
  api.failure = () => ({
    status,
    headers: { "x-request-id": "req_7f6b3c8e1d22", "retry-after": "42" },
    body: { code, message },
  });
};
const openEvent = (page: Page) => page.locator(".event-row").nth(3).click();
const openDialog = (name: string) => (page: Page) => page.getByRole("button", { name }).click();
const withoutPicker = (page: Page) => page.evaluate("delete window.showSaveFilePicker");

async function readAll(page: Page): Promise<void> {
  await page.getByText("in total").waitFor();
  await page.mouse.move(0, 0);
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Command" }).fill("type");
}

async function exportUntilRefused(page: Page, api: ActivityApi): Promise<void> {
  await withoutPicker(page);
  fail(403, "authz.scope_missing", "The token lacks the scope AIBooks.activity.READ.")(api);
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("button", { name: /CSV/ }).click();
  await page.getByText("The export has stopped").waitFor();
}

async function expire(page: Page, api: ActivityApi): Promise<void> {
  api.tokens = [];
  await page.clock.runFor(6_000);
  await page.getByRole("dialog").waitFor();
}

async function arrive(page: Page, api: ActivityApi, now: Date): Promise<void> {
  api.events = [...["a", "b", "c"].map((id) => anActivity(id, "INVOICE_SENT", 0, now)), ...api.events];
  await page.clock.runFor(6_000);
  await page.getByRole("button", { name: "3 new events" }).waitFor();
}

const screenshots: readonly Screenshot[] = [
  { name: "sign-in", isSignedOut: true },
  { name: "sign-in-dark", isSignedOut: true, ...dark },
  { name: "sign-in-narrow", isSignedOut: true, ...narrow, prepare: (page) => signIn(page, "wrong") },
  { name: "activity", isInDocs: true, prepare: readAll },
  { name: "activity-dark", isInDocs: true, ...dark, prepare: readAll },
  { name: "activity-narrow", ...narrow },
  { name: "activity-wide", ...wide },
  { name: "event", prepare: openEvent },
  { name: "event-dark", ...dark, prepare: openEvent },
  { name: "event-narrow", ...narrow, prepare: openEvent },
  { name: "filters", path: "/activity?entity_type=INVOICE&actor_user_id=usr_xyz&since=2026-01-01" },
  { name: "filter-type", prepare: openDialog("Type") },
  { name: "filter-time-dark", ...dark, prepare: openDialog("Time") },
  { name: "palette", prepare: openPalette },
  { name: "palette-dark", ...dark, prepare: openPalette },
  { name: "export", prepare: openDialog("Export") },
  { name: "export-stopped", prepare: exportUntilRefused },
  { name: "keys-dark", ...dark, prepare: openDialog("Shortcuts") },
  { name: "new-events", prepare: arrive },
  { name: "expired", prepare: expire },
  { name: "empty", arrange: (api) => Object.assign(api, { events: [] }) },
  { name: "no-match-dark", ...dark, path: "/activity?entity_id=inv_none" },
  { name: "failed", arrange: fail(500, "internal.error", "Internal error.") },
  { name: "forbidden", arrange: fail(403, "authz.outside_viewer_limits", "The token may see one document only.") },
  { name: "rate-limited", arrange: fail(429, "rate_limit.exceeded", "More than 600 requests in a minute.") },
  { name: "no-scope", path: "/tokens" },
  { name: "no-page", path: "/nowhere" },
  { name: "arabic", arrange: arabic, prepare: rightToLeft },
  { name: "arabic-event-dark", ...dark, arrange: arabic, prepare: rightToLeft },
  ...pageScreenshots,
  ...deliveryScreenshots,
  ...verificationScreenshots,
];

/** The names of the data, in a page that is set from right to left. */
function arabic(api: ActivityApi, now: Date): void {
  const layla = byUser("usr_layla", "ليلى حداد");
  const fields = {
    ...layla,
    entity_ref: "فاتورة ٤٢",
    changes: { notes: { old: "مسودة", new: "تم الإرسال إلى العميل" } },
  };
  api.events = [anActivity("ar", "INVOICE_UPDATED", 0.5, now, fields), ...api.events];
}

async function rightToLeft(page: Page): Promise<void> {
  await page.evaluate(`document.documentElement.dir = "rtl"`);
  await page.locator(".event-row").first().click();
}

/** Returns the sample, and before it three months of ordinary days. */
function listEvents(now: Date) {
  const people = [byUser("usr_xyz", "Priya Sharma"), byUser("usr_mei", "Mei Tanaka"), byUser("usr_jan", "Jan Novák")];
  const actions = ["INVOICE_SENT", "INVOICE_CREATED", "EMAIL_SENT", "BILL_APPROVED", "INVOICE_UPDATED"];
  const older = Array.from({ length: 1_800 }, (_, index) => {
    const number = String(40 - (index % 40)).padStart(4, "0");
    const action = actions[index % 5] ?? "";
    const changes = action === "BILL_APPROVED" ? { status: { old: "PENDING_APPROVAL", new: "APPROVED" } } : null;
    const hours = 205 + index * (0.9 + 0.5 * Math.sin(index / 90)) * 1.2;
    return anActivity(`f${index}`, action, hours, now, {
      ...people[index % 3],
      entity_ref: `INV-2026-${number}`,
      changes,
    });
  });
  return [
    ...sampleActivity(now),
    ...older.sort((one, other) => (String(one.occurred_at) < String(other.occurred_at) ? 1 : -1)),
  ];
}

/**
 * Takes pictures of the console in all its states, or small ones of those in the documentation. `now` is the time of its
 * clock.
 */
export async function takeConsoleScreenshots(
  browser: Browser,
  folder: string,
  now: Date,
  forDocs: boolean,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { site, remove } = await buildConsoleSite();
  const server = await startConsoleServer(site);
  const api = createActivityApi();
  const others = [createPagesApi(now), createDeliveriesApi(now)];
  server.api = (...request) => api.handle(...request) || others.some((handle) => handle(...request));
  const chosen = screenshots.filter(({ isInDocs = false }) => !forDocs || isInDocs);
  for (const { name, path = "/activity", width = 1_280, context, arrange, isSignedOut, prepare } of chosen) {
    api.reset();
    api.events = listEvents(now);
    arrange?.(api, now);
    const page = await browser.newPage({
      viewport: { width, height: forDocs ? 720 : 860 },
      locale: "en-GB",
      timezoneId: "Europe/Prague",
      deviceScaleFactor: forDocs ? 1.5 : 2,
      ...context,
    });
    await page.clock.install({ time: now });
    await page.goto(`${server.origin}/console${path}`);
    if (isSignedOut !== true) await signIn(page);
    await page
      .locator(
        isSignedOut === true
          ? "h1, h2"
          : ".event-row, .notice, .bones, .sign-in, .table, .document-moment, .reference, .delivery, .replay, .catalogue, .signatures",
      )
      .first()
      .waitFor();
    await page.clock.runFor(1_500);
    await prepare?.(page, api, now);
    await page.clock.runFor(500);
    const png = await page.screenshot({ animations: "disabled" });
    if (forDocs) writeFileSync(join(folder, `console-${name}.png`), compressPng(png));
    else writeFileSync(join(folder, `${name}.png`), png);
    await page.close();
  }
  await server.close();
  remove();
}
