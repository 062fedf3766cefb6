import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";
import type { TestOrganisation } from "#test/support/browser/test-organisation.ts";
import { getVerificationKey } from "#test/support/browser/verification-key.ts";
import { createExampleProject, type RunningExample, startExample } from "#test/support/example.ts";
import { findFreePort } from "#test/support/free-port.ts";
import { until } from "#test/support/until.ts";

const tests = setUpStackTests();
let project: string;
let org: TestOrganisation;
let example: RunningExample;

beforeAll(async () => {
  [project, org] = await Promise.all([
    createExampleProject(),
    tests.organisation(["AIBooks.activity.READ", "AIBooks.viewer_tokens.CREATE"]),
  ]);
  const env = {
    ACTIVITY_API: tests.stack.api,
    ACTIVITY_ORG: org.org_id,
    ACTIVITY_TOKEN: org.token,
    ACTIVITY_VERIFICATION_KEY: await getVerificationKey(tests.stack.api, org.org_id),
  };
  example = await startExample("embedded-timeline", { project, port: await findFreePort(), env });
  await org.emit({ entity_id: "inv_1", entity_ref: "INV-1" }, { entity_id: "inv_2", entity_ref: "INV-2" });
});

afterAll(async () => {
  await example.kill();
  rmSync(project, { recursive: true, force: true });
});

describe("the example of an embedded timeline", () => {
  it("shows the events of its invoice, under a strict Content-Security-Policy", async () => {
    const page = await tests.open(`${example.url}/invoices/inv_1`);
    await page.getByText("INV-1 was sent").waitFor();
    expect(await page.locator("li").count()).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    await org.emit({ entity_id: "inv_1", entity_ref: "INV-1", action: "INVOICE_PAID" });
    await page.getByRole("button", { name: "1 new event" }).click();
    await page.getByText("INV-1 was paid").waitFor();
  });

  it("says in the details whether an event is verified", async () => {
    const page = await tests.open(`${example.url}/invoices/inv_2`);
    await page.locator("[part=time]").first().click();
    const again = page.getByRole("button", { name: "Try again" });
    await until(async () => {
      // The event may have no number yet.
      if (await again.isVisible()) await again.click();
      return page.getByText(/^Verified · sequence [12]$/).isVisible();
    });
  });

  it.each([
    ["GET", "/tokens/inv_1"],
    ["GET", "/proofs/inv_1?event_id=evt_3d1a80e05d5b3a3dac8c7c12a5c0b300&occurred_at=2026-05-11T08:30:12Z"],
    ["POST", "/tokens/inv_1"],
    ["GET", "/public/..%2fmain.ts"],
    ["GET", "/public/missing.js"],
    ["GET", "/timeline/activity-timeline.d.ts"],
  ])("responds with 404 to %s %s of another site", async (method, path) => {
    const headers = { origin: "https://evil.example" };
    expect((await fetch(`${example.url}${path}`, { method, headers })).status).toBe(404);
  });
});
