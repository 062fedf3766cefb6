import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { sampleActivity } from "#test/support/browser/sample-activity.ts";
import { type PageOptions, setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";

const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");

async function openExpanded(options: PageOptions = {}): Promise<Page> {
  tests.server.events = sampleActivity(now);
  const script = `timeline.documentUrl = ({ id }) => "/documents/" + id;`;
  const page = await tests.open({ now, script, ...options });
  await page.locator("[part=time]").first().click();
  return page;
}

describe("<activity-timeline> › accessibility", () => {
  it.each([
    { colorScheme: "light" },
    { colorScheme: "dark" },
    { lang: "ar", dir: "rtl" },
    { viewport: { width: 320, height: 800 } },
  ] as const)("has no violations that axe-core finds with %j", async (options) => {
    expect(await axeViolations(await openExpanded(options))).toEqual([]);
  });

  it.each([401, 403, 429, 500])("has no violations when the API responds with %i", async (status) => {
    tests.server.failure = () => ({ status });
    const page = await tests.open({ now });
    await page.locator("[part=notice]").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it("has no violations with new events and an error above the list", async () => {
    const page = await openExpanded();
    tests.server.events = [{ ...tests.server.events[1], event_id: "evt_new" }, ...tests.server.events];
    await page.clock.runFor(10_000);
    await page.getByRole("button", { name: "1 new event" }).waitFor();
    tests.server.failure = () => ({ status: 401 });
    await page.clock.runFor(10_000);
    await page.locator("[part=notice]").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it("is used by the keyboard alone, with one stop for each event", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    const focused = () => page.evaluate(`document.activeElement.shadowRoot?.activeElement?.getAttribute("part")`);
    const stops: unknown[] = [];
    for (let at = 0; at < 12; at++) {
      await page.keyboard.press("Tab");
      stops.push(await focused());
    }
    expect(stops).toEqual([...Array(3).fill("filter"), ...Array(9).fill("time")]);
    await page.keyboard.press("Enter");
    expect(await page.locator("[part=details]").count()).toBe(1);
    await page.keyboard.press("Space");
    expect(await page.locator("[part=details]").count()).toBe(0);
  });

  it("shows the exact time on hover and focus, until Escape is pressed", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now, attributes: 'time-zone="UTC"' });
    const time = page.locator("[part=time]").nth(1);
    const tip = page.locator("[part=tooltip]");
    await time.hover();
    expect(await tip.innerText()).toMatch(/^Tuesday,? 12 May 2026 at 08:48:00 UTC$/);
    await tip.hover();
    expect(await tip.isVisible()).toBe(true);
    await page.mouse.move(0, 0);
    expect(await tip.isVisible()).toBe(false);
    await time.focus();
    expect(await tip.isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
    expect(await time.textContent()).toContain("12 May 2026 at 08:48:00 UTC");
  });

  it("has targets of at least 24 pixels, but for links in sentences", async () => {
    const page = await openExpanded();
    const boxes = await Promise.all((await page.locator("button, select").all()).map((target) => target.boundingBox()));
    const small = boxes.filter((box) => box !== null && (box.width < 24 || box.height < 24));
    expect(small).toEqual([]);
  });

  it("needs no scrolling to the side at 320 pixels", async () => {
    const page = await openExpanded({ viewport: { width: 320, height: 800 }, lang: "de" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
  });

  it("does not move when the reader prefers reduced motion", async () => {
    const page = await tests.open({ now, reducedMotion: "reduce", script: "timeline.api = undefined;" });
    await page.locator(".skeleton").waitFor();
    const bone = `document.querySelector("activity-timeline").shadowRoot.querySelector(".bone.short")`;
    expect(await page.evaluate(`${bone}.getAnimations().length`)).toBe(0);
  });

  it("prints exact times, and no controls", async () => {
    const page = await openExpanded();
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("select").first().isVisible()).toBe(false);
    expect(await page.locator(".copy").first().isVisible()).toBe(false);
    expect(await page.locator("[part=time]").first().innerText()).toMatch(/12 May 2026/);
    expect(await page.locator("[part=details]").isVisible()).toBe(true);
  });
});
