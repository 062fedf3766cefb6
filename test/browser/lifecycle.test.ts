import { describe, expect, it } from "vitest";
import { anActivity, byUser, sampleActivity } from "#test/support/browser/sample-activity.ts";
import { setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";
import { until } from "#test/support/until.ts";

const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");
const timeline = `document.querySelector("activity-timeline")`;

describe("<activity-timeline> › in a page that changes", () => {
  it("sends nothing more after it was removed, and begins again when it returns", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    await page.evaluate(`globalThis.removed = ${timeline}; removed.remove();`);
    await page.clock.runFor(600_000);
    expect(tests.server.requests).toHaveLength(1);
    await page.evaluate("document.querySelector('main').append(removed)");
    await until(() => tests.server.requests.length === 2);
    await until(async () => (await page.locator("li").count()) === 9);
  });

  it("does not poll while it is scrolled out of sight, and polls when it is seen again", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now, script: `document.body.style.paddingBlockEnd = "3000px";` });
    await page.locator("li").first().waitFor();
    await page.evaluate("scrollTo(0, 1e6)");
    // The browser reports what is on the screen after it has painted.
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
    const before = tests.server.requests.length;
    await page.clock.runFor(600_000);
    expect(tests.server.requests).toHaveLength(before);
    await page.evaluate("scrollTo(0, 0)");
    await until(async () => {
      await page.clock.runFor(1_000);
      return tests.server.requests.length > before;
    });
  });

  it("shows the document that was set last, and forgets the people of the former one", async () => {
    tests.server.events = [
      anActivity("1", "INVOICE_SENT", 1, now, byUser("usr_1", "Eve Adams")),
      anActivity("2", "BILL_APPROVED", 2, now, { entity_type: "BILL", entity_id: "bill_1", entity_ref: "BILL-1" }),
    ];
    const page = await tests.open({ now, attributes: 'entity-id="inv_8c3f1a9b"' });
    await page.getByLabel("Everyone").selectOption({ label: "Eve Adams" });
    await until(() => tests.server.requests.some(({ searchParams }) => searchParams.has("actor_user_id")));
    await page.evaluate(`${timeline}.entityId = "missing"; setTimeout(() => { ${timeline}.entityId = "bill_1"; });`);
    await page.getByText("BILL-1 was approved").waitFor();
    expect(await page.locator("li").count()).toBe(1);
    expect(await page.getByLabel("Everyone").locator("option").allTextContents()).toEqual(["Everyone"]);
    expect(tests.server.requests.at(-1)?.searchParams.has("actor_user_id")).toBe(false);
  });

  it("is independent of another one in the same page", async () => {
    tests.server.events = sampleActivity(now);
    const script = `const second = document.createElement("activity-timeline");
      Object.assign(second, { api: location.origin, token: "valid", entityId: "bill_2d7e", locale: "de" });
      document.querySelector("main").append(second);`;
    const page = await tests.open({ now, script });
    const [first, second] = [page.locator("activity-timeline").first(), page.locator("activity-timeline").last()];
    await until(async () => (await second.locator("li").count()) === 2);
    await first.locator("[part=time]").first().click();
    expect([await first.locator("li").count(), await page.locator("[part=details]").count()]).toEqual([9, 1]);
    // It is below the screen, so nothing of it is visible.
    const sentence = await second.locator("[part=sentence]").first().textContent();
    expect(sentence?.trim()).toBe("Mei Tanaka hat BILL-2026-0118 freigegeben");
    expect(tests.errors).toEqual([]);
  });

  it("needs no more memory after 14 polls without news", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    const session = await page.context().newCDPSession(page);
    const heapBytes = async () => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    const before = await heapBytes();
    await until(async () => {
      await page.clock.runFor(10_000);
      return tests.server.requests.length > 14;
    });
    expect(await heapBytes()).toBeLessThan(before + 1_000_000);
  });
});
