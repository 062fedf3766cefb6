import type { Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";
import type { TestOrganisation } from "#test/support/browser/test-organisation.ts";
import { until } from "#test/support/until.ts";
import { type HttpReceiver, startReceiver, status } from "#test/support/webhooks/receiver.ts";

const tests = setUpStackTests();
const hostile = `<img src=x onerror="document.title='run'"><b>Ledger</b>`;
let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
beforeEach(() => receiver.respondWith(status(204)));

function webhooksOf({ org_id, token }: TestOrganisation) {
  return createFinzbooksClient({ baseUrl: tests.stack.api, token, org: org_id }).webhooks;
}

/** Creates an organisation with an endpoint at a path of the receiver that no other test uses. */
async function organisationWithEndpoint() {
  const org = await tests.organisation();
  const webhooks = webhooksOf(org);
  const url = `${receiver.url}/${org.org_id}`;
  const endpoint = await webhooks.endpoints.create({ url, events: ["invoice.*"], description: hostile });
  return { ...endpoint, org, webhooks, url };
}

/** Confirms by keyboard that the secret is stored. Returns the secret. */
async function storeSecret(page: Page, name: string): Promise<string> {
  const dialog = page.getByRole("dialog", { name });
  const secret = await dialog.locator(".secret code").innerText();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(4, 4);
  expect(await dialog.isVisible()).toBe(true);
  expect(await dialog.getByRole("button", { name: "Done" }).isDisabled()).toBe(true);
  await dialog.getByLabel("I have stored the secret").press("Space");
  await dialog.getByRole("button", { name: "Done" }).press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(secret);
  return secret;
}

async function receivedAt(path: string) {
  const find = () => receiver.requests.findLast((request) => request.path === path);
  await until(() => find() !== undefined);
  const request = find();
  if (request === undefined) throw new Error("Nothing was received.");
  return request;
}

describe("console › endpoints", () => {
  it("creates an endpoint by keyboard, whose secret verifies what it is sent", async () => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/webhooks", org.token, { expected: [/^response 400 POST .*\/endpoints$/] });
    await page.getByRole("heading", { name: "No endpoints yet" }).waitFor();
    await page.getByRole("button", { name: "Add endpoint" }).first().press("Enter");
    const form = page.getByRole("dialog", { name: "Add endpoint" });
    await form.getByLabel("URL").fill("http://192.0.2.1/hook");
    await page.keyboard.press("Enter");
    await form.locator("#url-hint.error").waitFor();
    expect(await form.getByLabel("URL").getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.id")).toBe("url");

    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(`${receiver.url}/${org.org_id}`);
    const events = form.getByRole("combobox", { name: "Event types" });
    await events.press("Backspace");
    await events.fill("invoice.pa");
    await form.getByRole("option", { name: /^invoice\.paid/ }).waitFor();
    await page.keyboard.press("Enter");
    await form.getByLabel("Description").fill(hostile);
    await page.keyboard.press("Enter");
    const secret = await storeSecret(page, "Signing secret");

    await page.getByRole("link", { name: hostile }).click();
    await page.getByRole("heading", { level: 1, name: hostile }).waitFor();
    expect(await page.locator("main :is(b, img)").count()).toBe(0);
    expect(await page.title()).toBe(`${hostile} · Activity log`);

    await org.emit({ action: "INVOICE_PAID", entity_id: "inv_1" });
    const { body, headers, path } = await receivedAt(`/hook/${org.org_id}`);
    const payload = await verifyWebhook(body, headers, secret);
    expect({ type: payload.event_type, path }).toEqual({ type: "invoice.paid", path: `/hook/${org.org_id}` });

    const [endpoint] = await webhooksOf(org).endpoints.list();
    const deliveries = webhooksOf(org).deliveries(endpoint?.endpoint_id ?? "");
    await until(async () => (await deliveries.get(payload.delivery_id)).status === "succeeded");
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("row", { name: /invoice\.paid.*Succeeded.*204/ }).waitFor();
    await page.getByRole("link", { name: /^invoice\.paid · 204/ }).press("Enter");
    await page.waitForURL(`**/deliveries/${payload.delivery_id}`);
  });

  it("sends a test event, and shows what the receiver responded", async () => {
    const { org, endpoint_id } = await organisationWithEndpoint();
    const page = await tests.openConsole(`/webhooks/${endpoint_id}`, org.token);
    await page.getByRole("heading", { name: "No deliveries yet" }).waitFor();
    receiver.respondWith(status(422, {}, hostile));
    await page.getByRole("button", { name: "Send test event" }).click();
    const dialog = page.getByRole("dialog", { name: "Send test event" });
    await dialog.getByLabel("Event type").selectOption("invoice.paid");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await dialog.getByLabel("Body of the response").waitFor();
    expect(await dialog.getByLabel("Body of the response").innerText()).toBe(hostile);
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole("link", { name: "Open the delivery" }).click();
    await page.getByRole("region", { name: "Response to attempt 1" }).waitFor();
  });

  it("changes settings, and rotates the secret with an overlap", async () => {
    const { org, endpoint_id, webhooks, secret: first } = await organisationWithEndpoint();
    const page = await tests.openConsole(`/webhooks/${endpoint_id}/settings`, org.token);
    await page.getByLabel("Description").fill("Ledger");
    await page.getByRole("button", { name: "Remove invoice.*" }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Choose at least one event type.").waitFor();
    await page.getByRole("combobox", { name: "Event types" }).fill("bill.paid");
    await page.getByRole("option", { name: /^bill\.paid/ }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("heading", { level: 1, name: /^Ledger/ }).waitFor();
    await page.getByText("The settings are saved.").first().waitFor();
    expect(await webhooks.endpoints.get(endpoint_id)).toMatchObject({ description: "Ledger", events: ["bill.paid"] });

    await page.getByLabel("Description").fill("Not saved yet");
    await page.getByRole("button", { name: "Rotate secret" }).click();
    const dialog = page.getByRole("dialog", { name: "Rotate the signing secret?" });
    await dialog.getByLabel("The old secret also signs for").selectOption("1 hour");
    await dialog.getByRole("button", { name: "Rotate secret" }).click();
    await page.getByText("for 1 hour also with the old one").waitFor();
    const second = await storeSecret(page, "New signing secret");
    expect(second).not.toBe(first);
    expect(await page.getByLabel("Description").inputValue()).toBe("Not saved yet");
    await webhooks.endpoints.test(endpoint_id, { event_type: "bill.paid" });
    const { body, headers } = await receivedAt(`/hook/${org.org_id}`);
    for (const secret of [first, second]) await verifyWebhook(body, headers, secret);
  });

  it("disables, enables and deletes an endpoint", async () => {
    const { org, endpoint_id, webhooks, url } = await organisationWithEndpoint();
    const page = await tests.openConsole(`/webhooks/${endpoint_id}/settings`, org.token);
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await page.locator(".toast", { hasText: "The endpoint is disabled." }).waitFor();
    expect((await webhooks.endpoints.get(endpoint_id)).status).toBe("disabled");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Switched off here or by the API.").waitFor();
    await page.getByRole("button", { name: "Enable" }).click();
    await page.locator(".toast", { hasText: "The endpoint is enabled." }).waitFor();
    expect((await webhooks.endpoints.get(endpoint_id)).status).toBe("enabled");
    const { pathname, searchParams } = new URL(page.url());
    expect(pathname).toBe(`/console/webhooks/${endpoint_id}/replay`);
    expect([...searchParams.keys()]).toEqual(["since", "until", "only"]);
    await page.goBack();

    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Delete endpoint" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete this endpoint?" });
    expect(await dialog.innerText()).toContain(url);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    // A key that is pressed while the page renders may be lost.
    await until(async () => {
      if (!(await dialog.isVisible())) await page.getByRole("button", { name: "Delete endpoint" }).press("Enter");
      return dialog.isVisible();
    });
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "No endpoints yet" }).waitFor();
    expect(await webhooks.endpoints.list()).toEqual([]);
  });

  it.each(["light", "dark"] as const)("has no violations that axe-core finds in %s", async (colorScheme) => {
    receiver.respondWith(status(500));
    const { org, endpoint_id, webhooks } = await organisationWithEndpoint();
    await webhooks.endpoints.test(endpoint_id, { event_type: "invoice.paid" });
    await receivedAt(`/hook/${org.org_id}`);
    const page = await tests.openConsole("/webhooks", org.token, { colorScheme, reducedMotion: "reduce" });
    const check = async () => expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: hostile }).waitFor();
    await check();
    await page.getByRole("button", { name: "Add endpoint" }).click();
    await page.getByRole("combobox", { name: "Event types" }).fill("inv");
    await page.getByRole("option").first().waitFor();
    await check();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: hostile }).click();
    await page.locator(".chart").waitFor();
    await check();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Rotate secret" }).click();
    await check();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
    await page.getByRole("dialog", { name: "New signing secret" }).waitFor();
    await check();
  });
});
