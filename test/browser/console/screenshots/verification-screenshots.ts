import type { Page } from "playwright-core";
import type { ActivityApi, ActivityFailure } from "#test/support/browser/console/activity-api.ts";
import { enterKey } from "#test/support/browser/console/enter-key.ts";
import { acmeKey, createEventProof, toCanonicalEvent } from "#test/support/ledger/event-proof.ts";
import { dark, narrow, type Screenshot } from "./screenshot.ts";

const verified = ".verification-verified summary";

/** Enters the key, and lets timers run until something is there. */
const verify = (selector: string, index = 3) =>
  async function enterAndWait(page: Page): Promise<void> {
    if (index >= 0) await page.locator(".event-row").nth(index).click();
    await enterKey(page, acmeKey);
    for (let second = 0; second < 60 && !(await page.locator(selector).isVisible()); second++) {
      await page.clock.runFor(1_000);
      await page.waitForTimeout(50);
    }
  };

async function open(page: Page): Promise<void> {
  await verify(verified)(page);
  await page.locator(verified).click();
}

async function askForKey(page: Page): Promise<void> {
  await page.locator(".event-row").nth(3).click();
  await page.getByRole("button", { name: "Verify…" }).click();
}

async function refuseKey(page: Page): Promise<void> {
  await askForKey(page);
  await page.getByLabel("Key", { exact: true }).fill("activity.example.com/org_other+d34bdf3b+AQOh");
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.locator(".field .error").waitFor();
}

/** Has the log say something else than the API shows. */
function tamper(api: ActivityApi): void {
  api.prove = (event) =>
    createEventProof(
      toCanonicalEvent({
        ...event,
        changes: { total: { old: "100000.00", new: "98000.00" }, due_date: { old: "2026-06-01", new: "2026-06-15" } },
        metadata: { currency: "INR", source: "PUBLIC_API" },
      }),
    );
}

const respond = (failure: ActivityFailure) => (api: ActivityApi) => {
  api.prove = async () => failure;
};

const notSealed = { status: 404, headers: { "retry-after": "1" }, body: { code: "not_found.not_sealed" } };
const forbidden = {
  status: 403,
  body: { code: "authz.scope_missing", message: "The token lacks the scope AIBooks.activity.READ." },
};
const line = ".verification-line.tone-warning, .verification-line:has(.icon-lock), .verification-line:has(.icon-clock)";

async function rightToLeft(page: Page): Promise<void> {
  await page.evaluate(`document.documentElement.dir = "rtl"`);
}

/** An event that is verified, or is not, in the drawer and on the page of its document. */
export const verificationScreenshots: readonly Screenshot[] = [
  { name: "verification-verified", prepare: open },
  { name: "verification-verified-dark", ...dark, prepare: open },
  { name: "verification-verified-narrow", ...narrow, prepare: open },
  {
    name: "verification-verified-arabic",
    prepare: async (page) => {
      await open(page);
      await rightToLeft(page);
    },
  },
  { name: "verification-closed", prepare: verify(verified) },
  { name: "verification-false", arrange: tamper, prepare: verify(".verification-false") },
  { name: "verification-false-dark", ...dark, arrange: tamper, prepare: verify(".verification-false") },
  { name: "verification-false-narrow", ...narrow, arrange: tamper, prepare: verify(".verification-false") },
  {
    name: "verification-false-arabic",
    arrange: tamper,
    prepare: async (page) => {
      await verify(".verification-false")(page);
      await rightToLeft(page);
    },
  },
  { name: "verification-key", prepare: askForKey },
  { name: "verification-key-dark", ...dark, prepare: askForKey },
  { name: "verification-key-refused-narrow", ...narrow, prepare: refuseKey },
  { name: "verification-waiting", arrange: respond(notSealed), prepare: verify(line) },
  { name: "verification-forbidden", arrange: respond(forbidden), prepare: verify(line) },
  {
    name: "verification-unknown-dark",
    ...dark,
    arrange: (api) => {
      api.prove = async () => "c2sp.org/tlog-proof@v1\n";
    },
    prepare: verify(line),
  },
  {
    name: "verification-document",
    path: "/documents/INVOICE/inv_8c3f1a9b",
    prepare: verify(verified, -1),
  },
  {
    name: "verification-document-narrow-dark",
    path: "/documents/INVOICE/inv_8c3f1a9b",
    ...narrow,
    ...dark,
    arrange: tamper,
    prepare: verify(".verification-false", -1),
  },
];
