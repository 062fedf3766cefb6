import { describe, expect, it } from "vitest";
import { anActivity, byUser } from "#test/support/browser/sample-activity.ts";
import { setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";

const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");
const markup = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

describe("<activity-timeline> › hostile content", () => {
  it("shows markup in any field as text", async () => {
    const fields = {
      ...byUser(markup, markup, markup, { user_id: markup, name: markup }),
      entity_id: markup,
      entity_ref: markup,
      entity_type: markup,
      text: markup,
      changes: { [markup]: { old: markup, new: markup }, status: { old: markup, new: markup } },
      metadata: { [markup]: markup, currency: markup },
      related: [{ entity_type: markup, entity_id: markup, entity_ref: null }],
    };
    tests.server.events = [
      anActivity(markup, "INVOICE_SENT", 1, now, { ...fields, entity_type: "INVOICE" }),
      anActivity("2", markup, 2, now, fields),
    ];
    const page = await tests.open({ now });
    const buttons = page.getByRole("button", { name: /Details/ });
    await buttons.first().click();
    await buttons.last().click();
    expect(await page.locator("[part=details]").count()).toBe(2);
    expect(await page.locator("activity-timeline img, activity-timeline script").count()).toBe(0);
    expect(await page.title()).toBe("Activity");
    expect(tests.errors).toEqual([]);
  });

  it.each(["javascript:document.title='owned'", "data:text/html,x", " java\tscript:alert(1)"])(
    "uses no address %j for pictures and links",
    async (address) => {
      tests.server.events = [anActivity("1", "INVOICE_SENT", 1, now, byUser("usr_1", "Eve"))];
      const url = JSON.stringify(address);
      const page = await tests.open({
        now,
        script: `timeline.avatarUrl = () => ${url}; timeline.documentUrl = () => ${url};`,
      });
      await page.locator("li").first().waitFor();
      expect(await page.locator("activity-timeline img, activity-timeline a").count()).toBe(0);
    },
  );

  it("shows initials below a picture that cannot be loaded", async () => {
    tests.server.events = [anActivity("1", "INVOICE_SENT", 1, now, byUser("usr_1", "Eve Adams"))];
    const page = await tests.open({ now, script: `timeline.avatarUrl = () => "/missing.png";` });
    await page.locator("img").waitFor({ state: "hidden" });
    expect(await page.locator(".avatar").innerText()).toBe("EA");
  });

  it("stays within its width with enormous texts", async () => {
    const huge = "A".repeat(60_000);
    tests.server.events = [
      anActivity("1", "INVOICE_SENT", 1, now, {
        ...byUser("usr_1", huge),
        entity_ref: huge,
        changes: { [huge]: { old: huge, new: huge } },
        metadata: { [huge]: huge },
      }),
    ];
    const page = await tests.open({ now, viewport: { width: 320, height: 600 } });
    await page.getByRole("button", { name: /Details/ }).click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    expect((await page.locator("li").textContent())?.length).toBeLessThan(4_000);
  });

  it("isolates texts that reorder what follows", async () => {
    const evil = "\u202eevil\u2066";
    tests.server.events = [anActivity("1", "INVOICE_SENT", 1, now, { ...byUser("usr_1", evil), entity_ref: evil })];
    const page = await tests.open({ now });
    const sentence = page.locator("[part=sentence]");
    expect((await sentence.textContent())?.trim()).toBe("evil sent evil");
    expect(await sentence.locator("bdi").count()).toBe(2);
  });
});
