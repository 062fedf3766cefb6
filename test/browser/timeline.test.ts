import { describe, expect, it } from "vitest";
import { anActivity, byUser, sampleActivity, toEventId } from "#test/support/browser/sample-activity.ts";
import { setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";
import { until } from "#test/support/until.ts";

const wordsOf = (text: string | null) => (text ?? "").replaceAll(/\s+/g, " ").trim();
const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");
const count = (total: number) =>
  Array.from({ length: total }, (_, at) =>
    anActivity(String(total - at), "INVOICE_UPDATED", 1 + at / 10, now, byUser(`usr_${at % 5}`, `User ${at % 5}`)),
  );

describe("<activity-timeline>", () => {
  it("shows sentences by day, with changes and times", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    const days = await page.locator("h3").allTextContents();
    expect(days.map(wordsOf)).toEqual([
      "Today",
      "Yesterday",
      expect.stringMatching(/^Monday,? 4 May 2026 ?last week$/),
    ]);
    // Not the rendered text: the browser has none yet for what is not on the screen.
    const sentences = await page.locator("[part=sentence]").allTextContents();
    expect(sentences.slice(0, 4).map(wordsOf)).toEqual([
      "INV-2026-0042 was paid",
      "Priya Sharma e-mailed INV-2026-0042",
      "Priya Sharma sent INV-2026-0042",
      "Acme Autopilot updated INV-2026-0042 on behalf of Priya Sharma Agent",
    ]);
    const changes = await page.locator("li").nth(0).locator("dl").textContent();
    expect(wordsOf(changes)).toBe("Status from Sent to Paid Amount due from ₹118,000.00 to ₹0.00");
    expect(await page.locator(".relative").nth(1).textContent()).toBe("1 hour ago");
    expect(wordsOf(await page.locator(".avatar").first().textContent())).toBe("PS");
    expect(tests.errors).toEqual([]);
  });

  it("shows details on demand, and copies an id whole", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now, permissions: ["clipboard-read", "clipboard-write"] });
    const first = page.locator("li").first();
    await first.getByRole("button", { name: /Details/ }).click();
    const details = wordsOf(await first.locator("[part=details]").textContent());
    expect(details).toContain("Acme India");
    expect(details).toContain("source RAZORPAY_WEBHOOK");
    await first.getByRole("button", { name: "Copy: Event ID" }).click();
    await first.getByRole("button", { name: "Copied: Event ID" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(toEventId("9"));
    await first.getByRole("button", { name: /Details/ }).click();
    expect(await first.locator("[part=details]").count()).toBe(0);
  });

  it("links to a document by the host's function, and lets a router follow the link", async () => {
    tests.server.events = sampleActivity(now);
    const script = `timeline.documentUrl = ({ type, id }) => (type === "INVOICE" ? "/invoices/" + id : null);
      timeline.addEventListener("document-click", (event) => {
        event.preventDefault();
        document.title = event.detail.ref;
      });`;
    const page = await tests.open({ now, script });
    const link = page.locator("a[part=document]").first();
    expect(await link.getAttribute("href")).toBe(`${tests.server.origin}/invoices/inv_8c3f1a9b`);
    await link.click();
    expect([await page.title(), new URL(page.url()).pathname]).toEqual(["INV-2026-0042", "/"]);
    expect(await page.locator("a[part=document]", { hasText: "BILL" }).count()).toBe(0);
  });

  it("loads further pages while the reader scrolls", async () => {
    tests.server.events = count(120);
    const page = await tests.open({ now });
    await page.locator("li").nth(49).waitFor({ state: "attached" });
    await until(async () => {
      await page.mouse.wheel(0, 4_000);
      return (await page.locator("li").count()) === 120;
    });
    await page.getByText("That is everything.").waitFor();
    expect(tests.server.requests.map(({ searchParams }) => searchParams.get("cursor"))).toEqual([null, "50", "100"]);
  });

  it("announces new events, and shows them without a jump when the reader asks for them", async () => {
    tests.server.events = count(40);
    const page = await tests.open({ now });
    await page.locator("li").nth(39).waitFor({ state: "attached" });
    await page.mouse.wheel(0, 800);
    await until(() => page.evaluate("scrollY > 700"));
    const before = await page.evaluate("scrollY");
    tests.server.events = [...["a", "b", "c"].map((id) => anActivity(id, "INVOICE_SENT", 0, now)), ...count(40)];
    await page.clock.runFor(10_000);
    const button = page.getByRole("button", { name: "3 new events" });
    await button.waitFor();
    expect([await page.locator("li").count(), await page.evaluate("scrollY")]).toEqual([40, before]);
    expect(await page.locator("[role=status]").textContent()).toBe("3 new events");
    await button.click();
    await until(async () => (await page.locator("li").count()) === 43);
    await until(() => page.evaluate(`document.querySelector("activity-timeline").getBoundingClientRect().top > -1`));
    expect(await button.count()).toBe(0);
  });

  it("filters by type, person and period, and shows all again", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.getByLabel("All types").selectOption("BILL");
    await until(async () => (await page.locator("li").count()) === 2);
    await page.getByLabel("Everyone").selectOption({ label: "Mei Tanaka" });
    await until(async () => (await page.locator("li").count()) === 1);
    await page.getByLabel("All types").selectOption("INVOICE");
    await page.getByText("No events match these filters").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await until(async () => (await page.locator("li").count()) === 9);
    await page.getByLabel("Any time").selectOption("1");
    await until(async () => (await page.locator("li").count()) === 4);
  });

  it("shows one document, and has no filter by type for it", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now, attributes: 'entity-type="BILL" entity-id="bill_2d7e"' });
    await until(async () => (await page.locator("li").count()) === 2);
    expect(await page.locator("select").count()).toBe(2);
    const [request] = tests.server.requests;
    expect(request?.searchParams.get("entity_id")).toBe("bill_2d7e");
  });

  it("speaks the language of the page", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now, lang: "cs" });
    await page.getByText("Priya Sharma odeslal(a) INV-2026-0042", { exact: true }).waitFor();
    expect(wordsOf(await page.locator("h3").first().textContent())).toBe("Dnes");
    expect(await page.locator(".relative").nth(1).textContent()).toBe("před 1 hodinou");
  });

  it("scrolls through 600 events without laying out those that are not on the screen", async () => {
    tests.server.events = count(600);
    const page = await tests.open({ now });
    await until(
      async () => {
        await page.mouse.wheel(0, 100_000);
        return (await page.locator("li").count()) === 600;
      },
      { deadlineMs: 60_000 },
    );
    const visible = "[...document.querySelector('activity-timeline').shadowRoot.querySelectorAll('li')]";
    const laidOut = `${visible}.filter((li) => li.querySelector("p").checkVisibility({ contentVisibilityAuto: true })).length`;
    expect(await page.evaluate(laidOut)).toBeLessThan(200);
  });

  it("changes no style outside of itself", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    expect(await page.evaluate("[document.styleSheets.length, document.adoptedStyleSheets.length]")).toEqual([1, 0]);
  });
});
