import { beforeAll, describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";
import type { TestOrganisation } from "#test/support/browser/test-organisation.ts";
import { until } from "#test/support/until.ts";
import { type HttpReceiver, startReceiver, status } from "#test/support/webhooks/receiver.ts";

const tests = setUpStackTests();
const html = { "content-type": "text/html", "x-reason": "<b>down</b>" };
const hostileBody = `<script>document.title = "run"</script><img src=x onerror="document.title='run'">\u202Egnp`;
let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await startReceiver();
});

function webhooksOf({ org_id, token }: TestOrganisation) {
  return createFinzbooksClient({ baseUrl: tests.stack.api, token, org: org_id }).webhooks;
}

/** Creates an organisation with an endpoint, and sends a test to it that the receiver responds to as it does now. */
async function organisationWithDelivery() {
  const org = await tests.organisation();
  const webhooks = webhooksOf(org);
  const { endpoint_id } = await webhooks.endpoints.create({ url: receiver.url, events: ["invoice.*"] });
  const { delivery_id } = await webhooks.endpoints.test(endpoint_id, { event_type: "invoice.paid" });
  await until(async () => (await webhooks.deliveries(endpoint_id).get(delivery_id)).attempts.length > 0);
  return { org, webhooks, endpoint_id, delivery_id };
}

describe("console › deliveries", () => {
  it("shows what a failing receiver responded as text, and retries", async () => {
    receiver.respondWith(status(500, html, hostileBody));
    const { org, delivery_id } = await organisationWithDelivery();
    const page = await tests.openConsole("/webhooks/deliveries", org.token);
    await page
      .getByRole("row", { name: /invoice\.paid.*Failed.*500/ })
      .getByRole("link")
      .click();
    const response = page.getByRole("region", { name: "Response to attempt 1" });
    expect(await response.getByLabel("Body of the response").innerText()).toBe(
      hostileBody.replace("\u202E", "‹U+202E›"),
    );
    expect(await response.getByLabel("Headers").innerText()).toContain("<b>down</b>");
    expect(await response.locator("img, script, b").count()).toBe(0);
    expect(await page.title()).toBe("invoice.paid · Activity log");
    const request = page.getByRole("region", { name: "Request" });
    expect(JSON.parse(await request.getByLabel("Body of the request").innerText())).toMatchObject({ delivery_id });

    receiver.respondWith(status(200, {}, `{"queued":true}`));
    await page.getByRole("button", { name: "Retry now" }).click();
    await page.locator(".toast", { hasText: "The retry succeeded." }).waitFor();
    await page.getByRole("heading", { level: 1, name: "Succeeded" }).waitFor();
    const second = page.getByRole("region", { name: "Response to attempt 2" });
    expect(await second.getByLabel("Body of the response").innerText()).toBe('{\n  "queued": true\n}');
    expect(receiver.requests.filter(({ headers }) => headers["webhook-id"] === delivery_id)).toHaveLength(2);

    await page.getByRole("button", { name: "Attempt 1: failed, 500" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Response to attempt 1" }).waitFor();
    expect(new URL(page.url()).search).toBe("?attempt=1");
  });

  it("keeps filters in the address, and reads older deliveries on demand", async () => {
    receiver.respondWith(status(204));
    const { org, endpoint_id, webhooks } = await organisationWithDelivery();
    const count = 54;
    for (let sent = 1; sent < count; sent += 1) await webhooks.endpoints.test(endpoint_id, { event_type: "bill.paid" });
    const all = async () => (await webhooks.deliveries(endpoint_id).list({ limit: 100 })).items.length;
    await until(async () => (await all()) === count);
    const page = await tests.openConsole("/webhooks/deliveries", org.token);
    const rows = page.locator("tbody tr");
    await page.getByRole("button", { name: "Load older deliveries" }).click();
    await page.getByText(`${count} deliveries.`).waitFor();
    expect(await rows.count()).toBe(count);

    await page.getByLabel("Event type").fill("invoice.paid");
    await page.keyboard.press("Enter");
    await page.getByText("1 delivery.").waitFor();
    await page.getByLabel("Endpoint").selectOption(endpoint_id);
    await page.getByLabel("Period").selectOption("1h");
    await page.getByRole("button", { name: "Failed" }).click();
    await page.getByRole("heading", { name: "No delivery matches" }).waitFor();
    const search = `?endpoint=${endpoint_id}&status=failed&event_type=invoice.paid&period=1h`;
    expect(new URL(page.url()).search).toBe(search);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("button", { name: "Load older deliveries" }).waitFor();
  });

  it("counts the events of a replay, then sends them again", async () => {
    receiver.respondWith(status(204));
    const { org, webhooks, endpoint_id } = await organisationWithDelivery();
    await org.emit({ action: "INVOICE_SENT", entity_id: "inv_1" }, { action: "INVOICE_PAID", entity_id: "inv_1" });
    const ofEvents = async () => (await webhooks.deliveries(endpoint_id).list({ status: "succeeded" })).items;
    await until(async () => (await ofEvents()).filter(({ event_id }) => event_id !== null).length === 2);
    const isOfOrg = ({ body }: { readonly body: string }) => body.includes(org.org_id);
    const received = receiver.requests.filter(isOfOrg).length;

    const page = await tests.openConsole(`/webhooks/${endpoint_id}/replay`, org.token);
    await page.getByRole("button", { name: "Count" }).click();
    await page.getByText("Nothing matches.").waitFor();
    expect(await page.getByRole("button", { name: "Start replay" }).count()).toBe(0);
    await page.getByLabel("Everything").check();
    await page.getByRole("button", { name: "Count" }).press("Enter");
    await page.getByText("2 events will be sent.").waitFor();
    expect(receiver.requests.filter(isOfOrg)).toHaveLength(received);
    await page.getByRole("button", { name: "Start replay" }).click();
    await page.getByText("Done: 2 sent").waitFor();
    await until(() => receiver.requests.filter(isOfOrg).length === received + 2);
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole("link", { name: "New replay" }).click();
    await page.getByRole("button", { name: "Custom" }).click();
    await page.getByRole("button", { name: "Count" }).click();
    await page.getByText("Enter a period that begins before it ends.").waitFor();
  });

  it("has the catalogue, with a sample and a JSON Schema of each type, and says how to verify", async () => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/webhooks/event-types", org.token);
    await page.getByLabel("Search event types").fill("cancelled");
    await page.getByRole("link", { name: "bill.voided" }).click();
    const [sample, schema] = [
      page.getByLabel("Sample", { exact: true }),
      page.getByLabel("JSON Schema", { exact: true }),
    ];
    expect(JSON.parse(await sample.innerText())).toMatchObject({ event_type: "bill.voided", org_id: org.org_id });
    expect(JSON.parse(await schema.innerText())).toMatchObject({ title: "bill.voided" });
    expect(new URL(page.url()).search).toBe("?q=cancelled&type=bill.voided");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "Signatures" }).click();
    await page.getByText("HMAC-SHA256").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it.each(["light", "dark"] as const)("has no violations that axe-core finds in %s", async (colorScheme) => {
    receiver.respondWith(status(410, html, "gone ".repeat(300)));
    const { org, endpoint_id, delivery_id } = await organisationWithDelivery();
    const page = await tests.openConsole("/webhooks/deliveries", org.token, { colorScheme, reducedMotion: "reduce" });
    await page.locator("tbody tr").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "invoice.paid" }).click();
    await page.getByRole("region", { name: "Response to attempt 1" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/webhooks/${endpoint_id}/deliveries/${delivery_id}`);
    expect(await axeViolations(page)).toEqual([]);
  });
});
