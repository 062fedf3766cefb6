import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { setUpEmbeddedTimelineTests } from "#test/support/browser/embedded-timeline-tests.ts";
import { until } from "#test/support/until.ts";

const tests = setUpEmbeddedTimelineTests();
const idOf = (number: number) => `evt_${number.toString(16).padStart(32, "0")}`;

/** Events of the last hours, newest first, several of them in the same second. */
function events(org_id: string, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    org_id,
    event_id: idOf(at),
    action: "INVOICE_UPDATED",
    entity_type: "INVOICE" as const,
    entity_id: `inv_${at % 7}`,
    actor_user_id: `usr_${at % 3}`,
    occurred_at: new Date(Date.now() - 3_600_000 - Math.floor(at / 4) * 1_000).toISOString(),
  }));
}

/** Returns an attribute of all elements that match a selector, in the order of the page. */
async function attributesOf(page: Page, selector: string, name: string): Promise<string[]> {
  const root = `document.querySelector("activity-timeline").shadowRoot`;
  const script = `[...${root}.querySelectorAll("${selector}")].map((found) => found.getAttribute("${name}"))`;
  return z.array(z.string()).parse(await page.evaluate(script));
}

describe("<activity-timeline> › scrolling through a log that grows", () => {
  it("shows each of 2,000 events once, and those that were written meanwhile", async () => {
    const org = await tests.organisation();
    await tests.stack.append(events(org.org_id, 2_000));
    const page = await tests.embed({ token: await org.viewerToken({ origins: [tests.host.origin] }) });
    const rows = page.locator("li");
    await rows.first().waitFor();
    let written = 0;
    await until(
      async () => {
        const count = await rows.count();
        if (count >= (written + 1) * 200) {
          await org.emit({ event_id: idOf(10_000 + written), entity_id: "inv_new" });
          written++;
        }
        await page.mouse.wheel(0, 100_000);
        return count === 2_000;
      },
      { deadlineMs: 60_000 },
    );
    await page.getByText("That is everything.").waitFor();
    const arrived = page.getByRole("button", { name: `${written} new events` });
    await until(() => arrived.isVisible());
    await arrived.click();
    await until(async () => (await rows.count()) === 2_000 + written);
    const ids = (await attributesOf(page, ".panel", "id")).map((id) => id.replace("details-", ""));
    const expected = [...Array(2_000).keys(), ...Array.from({ length: written }, (_, at) => 10_000 + at)].map(idOf);
    expect(written).toBeGreaterThan(5);
    expect(ids.toSorted()).toEqual(expected.toSorted());
    const times = await attributesOf(page, "time", "datetime");
    expect(times).toEqual(times.toSorted().reverse());
  });

  it("is used by the keyboard alone: filters, details, and further pages", async () => {
    const org = await tests.organisation();
    await tests.stack.append(events(org.org_id, 60));
    const page = await tests.embed({ token: await org.viewerToken({ origins: [tests.host.origin] }) });
    const rows = page.locator("li");
    await rows.first().waitFor();
    for (let stop = 0; stop < 3; stop++) await page.keyboard.press("Tab");
    const focused = () => page.evaluate(`document.activeElement.shadowRoot.activeElement.getAttribute("part")`);
    expect(await focused()).toBe("filter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect([await focused(), await page.locator("[part=details]").count()]).toEqual(["time", 1]);
    await page.keyboard.press("End");
    await until(async () => (await rows.count()) === 60);
  });
});
