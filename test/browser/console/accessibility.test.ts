import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpConsoleTests } from "#test/support/browser/console/console-tests.ts";
import { sampleActivity } from "#test/support/browser/sample-activity.ts";

const tests = setUpConsoleTests();

const settled = `Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))`;

describe("console › accessibility", () => {
  it.each(["light", "dark"] as const)("has no violation of WCAG 2.2 AA in the %s theme", async (colorScheme) => {
    tests.api.events = sampleActivity(new Date());
    const page = await tests.open("/activity", { colorScheme, viewport: { width: 1280, height: 900 } });
    await page.getByLabel("Token", { exact: true }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Token", { exact: true }).fill("aibooks_pat_valid");
    await page.keyboard.press("Enter");
    await page.locator(".event-row").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Time" }).click();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByText("Acme Autopilot updated").click();
    await page.getByRole("dialog").waitFor();
    await page.evaluate(settled);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Command" }).waitFor();
    await page.evaluate(settled);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("dialog", { name: "Export" }).waitFor();
    await page.evaluate(settled);
    expect(await axeViolations(page)).toEqual([]);
  });

  it.each([320, 1280])("fits a width of %i from right to left", async (width) => {
    tests.api.events = sampleActivity(new Date());
    const page = await tests.openSignedIn("/activity", { viewport: { width, height: 800 } });
    await page.evaluate(`document.documentElement.dir = "rtl"`);
    await page.locator(".event-row").first().click();
    await page.getByRole("dialog").waitFor();
    await page.evaluate(settled);
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  });
});
