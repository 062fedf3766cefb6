import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildVerifier } from "#clients/verifier/build/build-verifier.ts";
import { checkpointExample, consistencyExample, proofExample } from "#shared/api/proofs/openapi/examples.ts";
import { axeViolations } from "#test/support/browser/axe.ts";
import { launchBrowser } from "#test/support/browser/browser.ts";
import { collectProblems } from "#test/support/browser/page-problems.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-verifier-"));
let browser: Browser;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), buildVerifier(folder)]);
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Opens the page from its file, gives it files, and a key. */
async function open(texts: Readonly<Record<string, string>>, key = trustVectors.verification_key): Promise<Page> {
  const context = await browser.newContext();
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  const problems = await collectProblems(context);
  const page = await context.newPage();
  const address = pathToFileURL(join(folder, "activity-verify.html")).href;
  onTestFinished(async () => {
    expect(problems).toEqual([]);
    expect(requests).toEqual([address]);
    await context.close();
  });
  await page.goto(address);
  await page.getByLabel("Verification key").fill(key);
  const files = Object.entries(texts).map(([name, text]) => ({
    name,
    mimeType: "text/plain",
    buffer: Buffer.from(text),
  }));
  await page.getByLabel("Files", { exact: true }).setInputFiles(files);
  await page
    .locator("li")
    .nth(files.length - 1)
    .waitFor();
  return page;
}

const resultsOf = (page: Page) => page.locator("li h2").allTextContents();

describe("activity-verify.html", () => {
  it("shows valid, false and undecided files, without a request", async () => {
    const page = await open({
      "3.tlog-proof": proofExample,
      checkpoint: checkpointExample,
      changed: checkpointExample.replace("\n3\n", "\n4\n"),
      "<img src=x>": "no proof\n",
    });
    expect(await resultsOf(page)).toEqual(["Valid", "Valid", "False", "Cannot tell"]);
    expect(await page.locator("li").first().textContent()).toContain("3 of 3");
    expect(await page.locator("li").last().textContent()).toContain("<img src=x>");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
  });

  it("verifies again when the key is changed", async () => {
    const page = await open({ "3.tlog-proof": proofExample }, trustVectors.signed_note.verification_key);
    expect(await resultsOf(page)).toEqual(["Cannot tell"]);
    // As an email might break the first one.
    const other = trustVectors.signed_note.verification_key;
    await page
      .getByLabel("Verification key")
      .fill(`${other.slice(0, 40)}\n  ${other.slice(40)}\n${trustVectors.verification_key}\n`);
    await page.locator("li.valid").waitFor();
  });

  it("says which checkpoint a consistency proof needs", async () => {
    const page = await open({ "consistency.txt": consistencyExample });
    expect(await page.locator("li").textContent()).toContain("of 2 entries");
  });
});
