import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { enterKey } from "#test/support/browser/console/enter-key.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";
import { getVerificationKey } from "#test/support/browser/verification-key.ts";
import { until } from "#test/support/until.ts";

const tests = setUpStackTests();

describe("activity › with a running stack", () => {
  it("shows an event within five seconds, and exports the filtered list as the API has it", async () => {
    const org = await tests.organisation();
    const client = createFinzbooksClient({ baseUrl: tests.stack.api, token: org.token });
    const ids = Array.from({ length: 30 }, (_, index) => ({ entity_id: `inv_${index}`, entity_ref: `INV-${index}` }));
    await org.emit(...ids);
    await until(async () => (await client.activity.list()).items.length === ids.length);
    const page = await tests.openConsole("/activity?entity_type=INVOICE", org.token);
    await page.getByText("30 events").waitFor();

    await org.emit({ entity_id: "inv_new", entity_ref: "INV-NEW", actor_user_id: null });
    const emittedAt = Date.now();
    await page.getByRole("button", { name: "1 new event" }).click();
    expect(Date.now() - emittedAt).toBeLessThan(6_000);
    await page.locator(".event-row").first().getByText("INV-NEW").waitFor();

    await page.evaluate("delete window.showSaveFilePicker");
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("button", { name: /JSON Lines/ }).click();
    const lines = readFileSync(await (await downloading).path(), "utf8")
      .trimEnd()
      .split("\n");
    const include = ["actor", "text", "related"] as const;
    const { items } = await client.activity.list({ entity_type: "INVOICE", include: [...include] });
    expect(items).toHaveLength(31);
    expect(lines.map((line) => JSON.parse(line))).toEqual(items);
  });

  it("opens with a viewer token, and shows only what it may see", async () => {
    const org = await tests.organisation();
    await org.emit({ entity_id: "inv_1", entity_ref: "INV-1" }, { entity_id: "inv_2", entity_ref: "INV-2" });
    const token = await org.viewerToken({ entity_type: "INVOICE", entity_id: "inv_1", origins: [tests.stack.api] });
    const page = await tests.openConsole("/activity", token);
    await page.getByText("1 event", { exact: true }).waitFor();
    await page.getByText("Viewer token").waitFor();
    await page.locator(".event-row").getByText("INV-1").click();
    await page.getByText("Not verified: viewer tokens get no proofs.").waitFor();
  });

  it("verifies an event, and an event that was tampered with is false", async () => {
    const org = await tests.organisation();
    const changes = { status: { old: "DRAFT", new: "SENT" } };
    const actor = { name: "Priya Sharma", email: "priya@example.com", type: "user" } as const;
    await org.emit({ entity_id: "inv_1", entity_ref: "INV-1", actor_user_id: "usr_1", actor, changes });
    const client = createFinzbooksClient({ baseUrl: tests.stack.api, token: org.token });
    const [event] = await until(async () => {
      const { items } = await client.activity.list({ include: ["sequence"] });
      return items[0]?.sequence == null ? null : items;
    });
    const page = await tests.openConsole("/activity", org.token);
    await page.locator(".event-row").first().click();
    await enterKey(page, await getVerificationKey(tests.stack.api, org.org_id));
    await page.getByText("· sequence 1", { exact: true }).waitFor();

    await page.route("**/activity?*", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replaceAll('"SENT"', '"PAID"') });
    });
    await page.getByRole("button", { name: "Close" }).click();
    await page.goto(`${tests.stack.api}/console/activity?open=${event?.event_id}`);
    await page.getByLabel("Token", { exact: true }).fill(org.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await enterKey(page, await getVerificationKey(tests.stack.api, org.org_id));
    await page.getByRole("alert").getByText("What is shown here is not what the log recorded.").waitFor();
    await page.getByRole("row", { name: "changes.status DRAFT → PAID DRAFT → SENT" }).waitFor();
  });
});
