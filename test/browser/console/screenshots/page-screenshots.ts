import type { Page } from "playwright-core";
import type { ActivityApi } from "#test/support/browser/console/activity-api.ts";
import { sampleDeletedDocument, sampleDocument } from "#test/support/browser/console/sample-document.ts";
import { dark, narrow, type Screenshot } from "./screenshot.ts";

const document = "/documents/INVOICE/inv_8c3f1a9b";
const createEndpoint = "/reference?operation=create_webhook_endpoint";

function invoice(api: ActivityApi, now: Date): void {
  api.events = sampleDocument(now);
}

function deleted(api: ActivityApi, now: Date): void {
  api.events = sampleDeletedDocument(now);
}

function mayDoAll(api: ActivityApi): void {
  api.scopes = ["AIBooks.fullaccess.all"];
}

const rightToLeft = (page: Page) => page.evaluate(`document.documentElement.dir = "rtl"`);
const showConflict = (page: Page) => page.getByRole("button", { name: "Show", exact: true }).click();
const askToRevoke = (index: number) => (page: Page) =>
  page
    .getByRole("button", { name: /^Revoke/ })
    .nth(index)
    .click();

async function call(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send GET" }).click();
  await page.locator(".reference-result").scrollIntoViewIfNeeded();
}

async function showResponses(page: Page): Promise<void> {
  await page
    .locator("#reference-responses")
    .evaluate("document.querySelector('#reference-responses').scrollIntoView()");
  await page.locator(".reference-nested summary").first().click();
}

/** Pictures of the pages of documents, tokens and the API reference. */
export const pageScreenshots: readonly Screenshot[] = [
  { name: "documents", path: "/documents" },
  { name: "documents-dark", path: "/documents", ...dark },
  { name: "documents-narrow", path: "/documents", ...narrow },
  { name: "document", isInDocs: true, path: document, arrange: invoice },
  { name: "document-dark", isInDocs: true, path: document, arrange: invoice, ...dark },
  { name: "document-conflict-dark", path: document, arrange: invoice, ...dark, prepare: showConflict },
  { name: "document-narrow", path: document, arrange: invoice, ...narrow },
  { name: "document-deleted", path: document, arrange: deleted },
  { name: "document-rtl", path: document, arrange: invoice, prepare: rightToLeft },
  { name: "document-unknown", path: "/documents/BILL/bill_none" },
  { name: "tokens", path: "/tokens", arrange: mayDoAll },
  { name: "tokens-all-dark", path: "/tokens?show=all", arrange: mayDoAll, ...dark },
  { name: "tokens-narrow", path: "/tokens", arrange: mayDoAll, ...narrow },
  { name: "tokens-revoke", path: "/tokens", arrange: mayDoAll, prepare: askToRevoke(1) },
  { name: "tokens-revoke-own-dark", path: "/tokens", arrange: mayDoAll, ...dark, prepare: askToRevoke(0) },
  { name: "reference", path: "/reference" },
  { name: "reference-operation", path: createEndpoint },
  { name: "reference-operation-dark", path: createEndpoint, ...dark },
  { name: "reference-operation-narrow", path: createEndpoint, ...narrow },
  { name: "reference-response-dark", path: "/reference?operation=list_activity", ...dark, prepare: showResponses },
  { name: "reference-call", path: "/reference?operation=whoami", prepare: call },
];
