import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";
import type { TestOrganisation } from "#test/support/browser/test-organisation.ts";
import { anInput } from "#test/support/builders.ts";
import { until } from "#test/support/until.ts";
import { anApiEvent } from "#test/unit/timeline/timeline-fixtures.ts";

const tests = setUpStackTests();
const invoice = { entity_type: "INVOICE", entity_id: "inv_1", entity_ref: "INV-1" } as const;
const path = "/documents/INVOICE/inv_1";

/** The life of an invoice, of which a change is missing: it became overdue before it was paid. */
const life = [
  ["INVOICE_CREATED", "08:00", { status: [null, "DRAFT"], total: [null, "100.00"] }],
  ["INVOICE_SENT", "08:10", { status: ["DRAFT", "SENT"] }],
  ["INVOICE_PAID", "08:20", { status: ["OVERDUE", "PAID"] }],
  ["INVOICE_UPDATED", "08:30", { notes: ["Net 30", "Paid"] }],
  ["INVOICE_DELETED", "08:40", {}],
] as const;

async function appendLife({ org_id }: TestOrganisation): Promise<void> {
  await tests.stack.append(
    life.map(([action, time, changes]) =>
      anInput({
        ...invoice,
        org_id,
        action,
        occurred_at: `2026-05-11T${time}:00Z`,
        changes: Object.fromEntries(Object.entries(changes).map(([field, [old, now]]) => [field, { old, new: now }])),
      }),
    ),
  );
}

const slider = (page: Page) => page.getByRole("slider", { name: "Event" });
const state = (page: Page) => page.getByRole("region", { name: "State" });

/** Returns the fields that are shown, as `Status: Draft Sent`; those that the event has changed with a star. */
async function fieldsOf(page: Page): Promise<string[]> {
  const fields = await state(page).locator(".document-field").all();
  return Promise.all(
    fields.map(async (field) => {
      const isChanged = (await field.getAttribute("class"))?.includes("changed") ?? false;
      const values = await field.locator("dd > .pill, dd > bdi, dd > .muted, dd > .document-old").allInnerTexts();
      return `${await field.locator("dt").innerText()}: ${values.join(" ").replaceAll(/\s+/g, " ")}${isChanged ? "*" : ""}`;
    }),
  );
}

describe("console › documents", () => {
  it("finds a document among the recent ones, and by its type and ID", async () => {
    const org = await tests.organisation();
    await appendLife(org);
    const page = await tests.openConsole("/documents", org.token);
    await page.getByRole("link", { name: "INV-1" }).click();
    await page.getByRole("heading", { name: "INV-1" }).waitFor();
    await page.goBack();
    await page.getByLabel("ID", { exact: true }).fill("inv_none");
    await page.getByLabel("Type").selectOption("BILL");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("heading", { name: "No events" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/console/documents/BILL/inv_none");
  });

  it("shows the state at every event, by the keyboard, and has it in its address", async () => {
    const org = await tests.organisation();
    await appendLife(org);
    const page = await tests.openConsole(path, org.token);
    await slider(page).focus();
    await page.keyboard.press("Home");
    expect(await fieldsOf(page)).toEqual(["Status: from none Draft*", "Total: from none 100*", "Notes: Net 30"]);
    await page.keyboard.press("ArrowRight");
    expect(await fieldsOf(page)).toEqual(["Status: from Draft Sent*", "Total: 100", "Notes: Net 30"]);
    expect(await slider(page).getAttribute("aria-valuetext")).toMatch(
      /^Event 2 of 5: INV-1 was sent, .* 08:10:00 UTC$/,
    );
    await until(() => page.url().includes("?at=evt_"));
    await page.keyboard.press("End");
    await until(() => !page.url().includes("at="));
    expect(await state(page).innerText()).toContain("Deleted");
    await page.getByRole("listbox").focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.getByRole("option", { selected: true }).innerText()).toContain("INV-1 was updated");
    expect(await fieldsOf(page)).toContain("Notes: from Net 30 Paid*");
  });

  it("opens at a time, and says which changes are missing", async () => {
    const org = await tests.organisation();
    await appendLife(org);
    const page = await tests.openConsole(`${path}?at=2026-05-11T08:25:00Z`, org.token);
    await page.getByText("One event does not agree with the events before it.").waitFor();
    expect(await fieldsOf(page)).toEqual(["Status: from Overdue Paid*", "Total: 100", "Notes: Net 30"]);
    const conflict = "was “Overdue”, but the events before lead to “Sent”. A change in between is not in the log.";
    expect(await state(page).innerText()).toContain(conflict);
    await page.getByLabel("As of").fill("2026-05-11T07:00:00");
    await page.getByText("No event had occurred by then.").waitFor();
  });

  it("says that the log does not have the beginning", async () => {
    const org = await tests.organisation();
    await org.emit({ ...invoice, action: "INVOICE_SENT" });
    await until(async () =>
      (await tests.stack.get("/api/public/v1/activity", org.headers)).text().then((text) => text.includes("inv_1")),
    );
    const page = await tests.openConsole(path, org.token);
    await page.getByText("The log does not have the beginning of this document: it begins with Sent").waitFor();
  });

  it("shows hostile values as text", async () => {
    const org = await tests.organisation();
    const markup = `<img src=x onerror="throw 1">`;
    const changes = {
      [markup]: { old: markup, new: { [markup]: "javascript:throw 1" } },
      constructor: { old: null, new: "\u202e1" },
    };
    await tests.stack.append([
      anInput({ ...invoice, entity_id: "a/b?c#d", entity_ref: markup, org_id: org.org_id, changes }),
    ]);
    const page = await tests.openConsole("/documents", org.token);
    await page.getByRole("link", { name: markup }).click();
    await state(page).waitFor();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(markup);
    expect(await page.locator("main img").count()).toBe(0);
    expect(await state(page).innerText()).toContain(`{"${markup.replaceAll('"', '\\"')}":"javascript:throw 1"}`);
  });

  it("shows 10,000 events with few elements, and the state of any of them", async () => {
    const org = await tests.organisation();
    const count = 10_000;
    const page = await tests.openConsole("/documents", org.token);
    await page.getByRole("heading", { name: "No documents" }).waitFor();
    await page.route("**/api/public/v1/activity?*", async (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get("cursor") ?? count);
      const activity = Array.from({ length: 500 }, (_, at) => anUpdate(from - 1 - at));
      const page_context = { limit: 500, returned: 500, has_more_page: from > 500 };
      const link = { link: `<?cursor=${from - 500}>; rel="next"` };
      await route.fulfill({
        json: { code: 0, message: "success", activity, page_context },
        headers: from > 500 ? link : {},
      });
    });
    await page.getByLabel("ID", { exact: true }).fill("inv_1");
    await page.keyboard.press("Enter");
    await page.getByText("10,000 of 10,000").waitFor();
    await slider(page).focus();
    await page.keyboard.press("Home");
    expect(await fieldsOf(page)).toContain("Total: from none 0*");
    await page.getByLabel("Later event").click();
    expect(await fieldsOf(page)).toContain("Total: from 0 1*");
    await page.getByText("2 of 10,000").waitFor();
    expect(await page.getByRole("option").count()).toBeLessThan(60);
    expect(await page.getByRole("option", { selected: true }).getAttribute("aria-posinset")).toBe("9999");
  });

  it.each([
    { colorScheme: "light", dir: "ltr" },
    { colorScheme: "dark", dir: "ltr" },
    { colorScheme: "light", dir: "rtl" },
  ] as const)("has no violations that axe-core finds with %j", async ({ colorScheme, dir }) => {
    const org = await tests.organisation();
    await appendLife(org);
    const page = await tests.openConsole("/documents", org.token, { colorScheme, reducedMotion: "reduce" });
    await page.evaluate(`document.documentElement.dir = "${dir}"`);
    await page.getByRole("link", { name: "INV-1" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "INV-1" }).click();
    await page.getByRole("button", { name: "Show", exact: true }).click();
    expect(await axeViolations(page)).toEqual([]);
  });
});

/** An event of a document whose total grows by one. */
function anUpdate(index: number): Record<string, unknown> {
  return anApiEvent({
    ...invoice,
    event_id: `evt_${index}`,
    action: index === 0 ? "INVOICE_CREATED" : "INVOICE_UPDATED",
    occurred_at: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
    changes: { total: { old: index === 0 ? null : String(index - 1), new: String(index) } },
  });
}
