import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { setUpConsoleTests } from "#test/support/browser/console/console-tests.ts";
import { anActivity, byUser, sampleActivity } from "#test/support/browser/sample-activity.ts";
import { until } from "#test/support/until.ts";

const tests = setUpConsoleTests();
const now = new Date();

const rows = (page: Page) => page.locator(".event-row");
const activeText = (page: Page) => page.locator(".event-row.active").textContent();

async function openSample(path = "/activity"): Promise<Page> {
  tests.api.events = sampleActivity(now);
  const page = await tests.openSignedIn(path, { viewport: { width: 1280, height: 900 } });
  await rows(page).first().waitFor();
  return page;
}

describe("activity › filters", () => {
  it("sets a filter by its chip, keeps it in the address, and removes it", async () => {
    const page = await openSample();
    await page.getByRole("button", { name: "Action" }).click();
    await page.getByRole("combobox", { name: "Action" }).fill("invoice_sent");
    await page.keyboard.press("Enter");
    await until(async () => (await rows(page).count()) === 1);
    expect(new URL(page.url()).search).toBe("?action=INVOICE_SENT");
    await page.getByRole("button", { name: "Remove the filter Action" }).click();
    await until(async () => (await rows(page).count()) === 9);
    await page.goBack();
    await until(async () => (await rows(page).count()) === 1);
  });

  it("sends every filter of the address to the API", async () => {
    const event = `action=INVOICE_SENT&event_id=${sampleActivity(now)[2]?.event_id}`;
    const search = `?entity_type=INVOICE&entity_id=inv_8c3f1a9b&actor_user_id=usr_xyz&${event}&since=2020-01-01&until=2030-01-01`;
    const page = await openSample(`/activity${search}`);
    const sent = tests.api.requests[0]?.searchParams;
    expect([...new URLSearchParams(search)].filter(([name, value]) => sent?.get(name) !== value)).toEqual([]);
    expect(await rows(page).count()).toBe(1);
  });

  it("says that no event matches, and clears the filters", async () => {
    tests.api.events = sampleActivity(now);
    const page = await tests.openSignedIn("/activity?entity_id=none");
    await page.getByText("No events match these filters").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await until(async () => (await rows(page).count()) === 9);
  });

  it("shows why the API refuses the filters", async () => {
    const body = { code: "validation.invalid_value", message: "since is after until.", field: "since" };
    tests.api.failure = () => ({ status: 400, body });
    const page = await tests.openSignedIn("/activity?since=2030", { expected: /^response 400/ });
    await page.getByText("since is after until.").waitFor();
  });
});

describe("activity › keys", () => {
  it("moves by j and k, opens by Enter, steps in the open event, and closes by Escape", async () => {
    const page = await openSample();
    await page.keyboard.press("j");
    expect(await activeText(page)).toContain("INV-2026-0042 was paid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    expect(await activeText(page)).toContain("e-mailed");
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("dialog", { name: "Priya Sharma e-mailed INV-2026-0042" });
    await drawer.waitFor();
    await page.keyboard.press("j");
    await page.getByRole("dialog", { name: "Priya Sharma sent INV-2026-0042" }).waitFor();
    expect(new URL(page.url()).searchParams.get("open")).toBe(sampleActivity(now)[2]?.event_id);
    await page.keyboard.press("Escape");
    await until(async () => (await page.getByRole("dialog").count()) === 0);
    expect(await page.evaluate("document.activeElement?.className")).toBe("event-grid");
    expect(new URL(page.url()).search).toBe("");
  });

  it("finds filters, pages and ids in the palette", async () => {
    const page = await openSample();
    const choose = async (text: string) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Command" }).fill(text);
      await page.keyboard.press("Enter");
    };
    await choose("type bill");
    await until(async () => (await rows(page).count()) === 2);
    await choose("clear");
    await until(async () => (await rows(page).count()) === 9);
    await choose("bill_2d7e");
    await until(() => new URL(page.url()).searchParams.get("entity_id") === "bill_2d7e");
    await choose("invoice inv_8c3f1a9b");
    await until(() => page.url().endsWith("/console/documents/INVOICE/inv_8c3f1a9b"));
    await choose("go to activity");
    await until(() => page.url().endsWith("/console/activity"));
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Command" }).fill("xyzzy");
    await page.getByText("Nothing found.").waitFor();
    await page.keyboard.press("Escape");
    await until(async () => (await page.getByRole("dialog").count()) === 0);
  });

  it("lists its keys", async () => {
    const page = await openSample();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Shortcuts" }).getByText("Next event").waitFor();
  });
});

describe("activity › chart", () => {
  const range = (page: Page) => {
    const { searchParams } = new URL(page.url());
    return [searchParams.get("since"), searchParams.get("until")].map((text) => Date.parse(text ?? ""));
  };

  it("sets the range by the keys of its handles", async () => {
    const page = await openSample();
    const start = page.getByRole("slider", { name: "Start of the range" });
    await start.focus();
    const bars = Number(await start.getAttribute("aria-valuemax"));
    await page.keyboard.press("End");
    await page.keyboard.press("PageDown");
    expect(await start.getAttribute("aria-valuenow")).toBe(String(bars - 11));
    await page.keyboard.press("Enter");
    await until(() => page.url().includes("since="));
    const [since = 0, until_ = 0] = range(page);
    expect(until_ - since).toBeGreaterThan(0);
    await until(async () => (await rows(page).count()) < 9);
  });

  it("sets the range by the pointer", async () => {
    const page = await openSample();
    const chart = page.locator(".histogram-chart .u-over");
    const box = await chart.boundingBox();
    if (box === null) throw new Error("The chart is not shown.");
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.8, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 2, y, { steps: 4 });
    await page.mouse.up();
    await until(() => page.url().includes("since="));
    const [since = 0, end = 0] = range(page);
    expect(since).toBeGreaterThan(now.getTime() - 201 * 3_600_000 * 0.35);
    expect(end).toBeGreaterThan(now.getTime());
    await until(async () => (await rows(page).count()) === 7);
  });
});

describe("activity › events", () => {
  it("shows the whole event: old and new values, principal, metadata, JSON", async () => {
    const page = await openSample();
    await page.getByText("Acme Autopilot updated").click();
    const drawer = page.getByRole("dialog", { name: /Acme Autopilot updated/ });
    const diff = await drawer.getByRole("row").allTextContents();
    expect(diff.map((row) => row.replaceAll(/\s+/g, " ").trim())).toEqual([
      "FieldOldNew",
      "Due date 1 Jun 2026 15 Jun 2026",
      "Total ₹100,000.00 ₹118,000.00",
      "Notes none Net 30, payable by bank transfer",
    ]);
    await drawer.getByText("JSON", { exact: true }).click();
    const json = JSON.parse((await drawer.locator("pre").textContent()) ?? "");
    expect(json).toEqual(sampleActivity(now)[3]);
    expect(await drawer.getByRole("link", { name: "INV-2026-0042" }).getAttribute("href")).toBe(
      "/console/documents/INVOICE/inv_8c3f1a9b",
    );
  });

  it("opens the event of a shared address", async () => {
    const page = await openSample(`/activity?open=${sampleActivity(now)[6]?.event_id}`);
    await page.getByRole("dialog", { name: "Mei Tanaka approved BILL-2026-0118" }).waitFor();
  });

  it("says that the event of an address was not read", async () => {
    const page = await openSample("/activity?open=evt_none");
    await page.getByText("The event of this address is not among those that were read.").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    expect(new URL(page.url()).search).toBe("");
  });

  it("shows new events when the reader asks for them", async () => {
    tests.api.events = sampleActivity(now);
    const page = await tests.openSignedIn("/activity", { now });
    await rows(page).first().waitFor();
    tests.api.events = [anActivity("a", "INVOICE_VOIDED", 0, now), ...tests.api.events];
    await page.clock.runFor(6_000);
    await page.getByRole("button", { name: "1 new event" }).click();
    await until(async () => (await rows(page).first().textContent())?.includes("was voided"));
  });

  it("shows hostile texts as texts", async () => {
    const attack = `<img src=x onerror="document.title='pwned'">\u202e`;
    const fields = {
      ...byUser(attack, attack),
      entity_ref: attack,
      entity_id: attack,
      metadata: { [attack]: attack, url: "javascript:alert(1)" },
      changes: { [attack]: { old: attack, new: "x".repeat(60_000) } },
    };
    tests.api.events = [anActivity("1", "INVOICE_UPDATED", 1, now, fields)];
    const page = await tests.openSignedIn("/activity");
    await rows(page).first().click();
    await page.getByRole("dialog").waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).not.toBe("pwned");
    const links = await page.locator(".drawer a").evaluateAll("(all) => all.map(({ href }) => href)");
    expect(String(links)).not.toContain("javascript:");
    const width = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(width).toBe(0);
  });
});

describe("activity › narrow window", () => {
  it("has low headings, and rows that end where the list does", async () => {
    tests.api.events = sampleActivity(now);
    const page = await tests.openSignedIn("/activity", { viewport: { width: 390, height: 2_000 } });
    await rows(page).first().waitFor();
    const heading = await page.locator(".event-day").first().boundingBox();
    const last = await rows(page).last().boundingBox();
    const list = await page.locator(".event-grid").boundingBox();
    expect(heading?.height).toBe(34);
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeCloseTo((list?.y ?? 0) + (list?.height ?? 0), 0);
  });
});
