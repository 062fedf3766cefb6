import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { setUpConsoleTests } from "#test/support/browser/console/console-tests.ts";
import { anActivity, byUser, sampleActivity } from "#test/support/browser/sample-activity.ts";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";

const tests = setUpConsoleTests();
const now = new Date();
const manyCount = 100_000;

/** Of an idle machine: they grow with its load. The measured values are printed. */
const limits = { firstContentMs: 1_000, blockingMs: 300, frameMs: 250, elements: 1_500 };

const loadSchema = z.object({ firstContentMs: z.number(), blockingMs: z.number() });
const scrollSchema = z.object({ longestMs: z.number(), medianMs: z.number(), elements: z.number() });

/** Collects long tasks from the start: the part of each beyond 50 ms blocks (web.dev, "Total Blocking Time"). */
const observeTasks = `window.blockingMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.blockingMs += Math.max(0, duration - 50);
  }).observe({ type: "longtask", buffered: true });`;

const readLoad = `({
  firstContentMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity,
  blockingMs: window.blockingMs,
})`;

/** Scrolls through the whole list, and measures the time between frames. */
const scroll = `(async () => {
  const frames = [];
  const steps = 60;
  let elements = 0;
  let last = await new Promise(requestAnimationFrame);
  for (let step = 1; step <= steps; step++) {
    scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * (step / steps) ** 2);
    const time = await new Promise(requestAnimationFrame);
    frames.push(time - last);
    last = time;
    elements = Math.max(elements, document.querySelectorAll("*").length);
  }
  frames.sort((one, other) => one - other);
  return { longestMs: frames.at(-1), medianMs: frames[steps / 2], elements };
})()`;

async function readAll(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Read all" }).click();
  await until(async () => (await page.locator(".activity-summary").textContent())?.includes("in total"));
}

/** Returns the best of three runs at most: other programs of the machine must not fail the test. */
async function measureScroll(page: Page) {
  let best = scrollSchema.parse(await page.evaluate(scroll));
  for (let run = 1; run < 3 && best.longestMs >= limits.frameMs; run++) {
    const result = scrollSchema.parse(await page.evaluate(scroll));
    if (result.longestMs < best.longestMs) best = result;
  }
  return best;
}

describe("console › performance", () => {
  it("shows its first content in under a second", async () => {
    tests.api.events = sampleActivity(now);
    const page = await tests.open("/activity", { script: observeTasks });
    await page.getByLabel("Token", { exact: true }).fill("aibooks_pat_valid");
    await page.keyboard.press("Enter");
    await page.locator(".event-row").first().waitFor();
    const load = loadSchema.parse(await page.evaluate(readLoad));
    console.log(`first content ${Math.round(load.firstContentMs)} ms, blocking ${Math.round(load.blockingMs)} ms`);
    expect(load.firstContentMs).toBeLessThan(limits.firstContentMs * slowness());
    expect(load.blockingMs).toBeLessThan(limits.blockingMs * slowness());
  });

  it("stays fast with 100,000 events, and has a bounded number of elements", async () => {
    const people = [byUser("usr_1", "Priya Sharma"), byUser("usr_2", "Jan Novák")];
    tests.api.events = Array.from({ length: manyCount }, (_, index) =>
      anActivity(String(index), "INVOICE_SENT", index / 60, now, people[index % 2]),
    );
    const page = await tests.openSignedIn("/activity", { viewport: { width: 1280, height: 900 } });
    await readAll(page);
    const { longestMs, medianMs, elements } = await measureScroll(page);
    console.log(`100,000 events: longest frame ${longestMs} ms, median ${medianMs} ms, ${elements} elements`);
    expect(longestMs).toBeLessThan(limits.frameMs * slowness());
    expect(elements).toBeLessThan(limits.elements);
    const last = page.locator(".event-row").last();
    expect(await last.getAttribute("data-id")).toBe(tests.api.events.at(-1)?.event_id);
  });
});
