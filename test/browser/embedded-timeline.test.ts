import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpEmbeddedTimelineTests } from "#test/support/browser/embedded-timeline-tests.ts";
import { bundleApp } from "#test/support/browser/timeline-package.ts";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";

const tests = setUpEmbeddedTimelineTests();
const priya = { actor_user_id: "usr_1", actor: { name: "Priya Sharma" } };
const invoice = { entity_id: "inv_1", entity_ref: "INV-1" };
const day = 86_400_000;

const reactApp = `
  import { createElement, useState } from "react";
  import { createRoot } from "react-dom/client";
  import { ActivityTimeline } from "@activity-log/timeline/react";
  function App() {
    const [token, setToken] = useState(expired);
    const renew = async () => setToken(await (await fetch("/token")).text());
    return createElement(ActivityTimeline, { api, token, onTokenExpired: renew });
  }
  createRoot(document.getElementById("root")).render(createElement(App));`;

const vueApp = `
  import "./activity-timeline.js";
  import { createApp, h } from "vue";
  const getToken = async () => (await fetch("/token")).text();
  createApp({ render: () => h("activity-timeline", { api, token: expired, getToken }) }).mount("#root");`;

const shadowHtml = `document.querySelector("activity-timeline").shadowRoot.innerHTML`;

describe("<activity-timeline> › with the API of a running stack", () => {
  it("shows the document of its viewer token on a page of another origin, and no other one", async () => {
    const org = await tests.organisation();
    await org.emit({ ...invoice, ...priya }, { entity_id: "inv_2", entity_ref: "INV-2" });
    const token = await org.viewerToken({ entity_type: "INVOICE", entity_id: "inv_1", origins: [tests.host.origin] });
    const page = await tests.embed({ token });
    await page.getByText("Priya Sharma sent INV-1").waitFor();
    expect(await page.locator("li").count()).toBe(1);
  });

  it("announces a new event within five seconds", async () => {
    const org = await tests.organisation();
    await org.emit(invoice);
    const page = await tests.embed({ token: await org.viewerToken({ origins: [tests.host.origin] }) });
    await page.locator("li").first().waitFor();
    const emittedAt = Date.now();
    await org.emit({ ...invoice, action: "INVOICE_PAID" });
    await page.getByRole("button", { name: "1 new event" }).click();
    expect(Date.now() - emittedAt).toBeLessThan(5_000 * slowness());
    await page.getByText("INV-1 was paid").waitFor();
  });

  it.each([
    ["React 19", "."],
    ["React 18", "test/browser/react-18"],
    ["Vue", "."],
  ])("is embedded by %s, which renews the token", async (framework, modules) => {
    const org = await tests.organisation();
    await org.emit(invoice);
    const origins = [tests.host.origin];
    tests.host.token = await org.viewerToken({ origins });
    const expired = org.signedViewerToken({ origins, expires_at: new Date(Date.now() - 1_000).toISOString() });
    const app = framework === "Vue" ? vueApp : reactApp;
    tests.host.app = await bundleApp(
      `const api = "${tests.stack.api}", expired = "${expired}";${app}`,
      tests.built,
      modules,
    );
    tests.host.page = `<div id="root"></div><script type="module" src="/app.js"></script>`;
    const page = await tests.open(tests.host.origin, { expected: [/^response 401 GET .+\/activity\?/] });
    await page.getByText("INV-1 was sent").waitFor();
  });

  it("filters by type, person and period", async () => {
    const org = await tests.organisation();
    const longAgo = new Date(Date.now() - 40 * day).toISOString();
    await org.emit(
      { ...invoice, ...priya },
      { ...invoice, action: "INVOICE_CREATED", occurred_at: longAgo },
      { action: "BILL_APPROVED", entity_type: "BILL", entity_id: "bill_1", entity_ref: "BILL-1" },
    );
    const page = await tests.embed({ token: await org.viewerToken({ origins: [tests.host.origin] }) });
    const rows = (count: number) => until(async () => (await page.locator("li").count()) === count);
    await rows(3);
    await page.getByLabel("All types").selectOption("INVOICE");
    await rows(2);
    await page.getByLabel("Any time").selectOption("30");
    await rows(1);
    await page.getByLabel("All types").selectOption("BILL");
    await page.getByText("BILL-1 was approved").waitFor();
    await page.getByLabel("Everyone").selectOption("Priya Sharma");
    await page.getByText("No events match these filters").waitFor();
  });

  it("does not receive hidden fields, and keeps its token out of the page and of addresses", async () => {
    const org = await tests.organisation();
    await org.emit({ ...invoice, metadata: { ip: "203.0.113.4", user_agent: "Mozilla/5.0", source: "WEB" } });
    const token = await org.viewerToken({ origins: [tests.host.origin] });
    const page = await tests.embed({});
    const bodies: Promise<string>[] = [];
    const urls: string[] = [];
    page.on("response", (response) => bodies.push(response.text()));
    page.on("request", (request) => urls.push(request.url()));
    tests.host.token = token;
    await page.evaluate(
      `document.querySelector("activity-timeline").getToken = async () => (await fetch("/token")).text()`,
    );
    await page.locator("[part=time]").first().click();
    await page.getByText("WEB", { exact: true }).waitFor();
    const received = (await Promise.all(bodies)).filter((body) => body.includes('"activity"'));
    expect(received).toHaveLength(1);
    expect(received.join()).not.toMatch(/203\.0\.113\.4|Mozilla/);
    expect([...urls, await page.content(), await page.evaluate(shadowHtml)].join()).not.toContain(token);
  });

  it("replaces an expired token by that of its function, without a word", async () => {
    const org = await tests.organisation();
    await org.emit(invoice);
    const origins = [tests.host.origin];
    const token = org.signedViewerToken({ origins, expires_at: new Date(Date.now() - 1_000).toISOString() });
    tests.host.token = await org.viewerToken({ origins });
    const page = await tests.embed({
      token,
      script: `timeline.getToken = async () => (await fetch("/token")).text();`,
      expected: [/^response 401 GET .+\/activity\?/],
    });
    await page.getByText("INV-1 was sent").waitFor();
    expect(await page.getByText("Your session has expired").count()).toBe(0);
  });

  it("ends with the token that issued its own, and asks for another one", async () => {
    const org = await tests.organisation();
    await org.emit(invoice);
    const issuer = await org.issuer();
    const origins = [tests.host.origin];
    const page = await tests.embed({
      token: await issuer.viewerToken({ origins }),
      expected: [/^response 401 GET .+\/activity\?/],
    });
    await page.getByText("INV-1 was sent").waitFor();
    await issuer.revoke();
    await page.getByText("Your session has expired").first().waitFor();
    const renewed = JSON.stringify(await org.viewerToken({ origins }));
    await page.evaluate(`document.querySelector("activity-timeline").token = ${renewed}`);
    await page.getByText("Your session has expired").first().waitFor({ state: "detached" });
    expect(await page.locator("li").count()).toBe(1);
  });

  it("says that a page of another origin than those of the token may not read it", async () => {
    const org = await tests.organisation();
    const token = await org.viewerToken({ origins: ["https://app.example.com"] });
    // The browser hides the response, so that the element cannot know the status.
    const page = await tests.embed({
      token,
      expected: [/^console error: .+blocked by CORS policy/, /^no response GET/],
    });
    await page.getByText("The activity could not be loaded").first().waitFor();
  });

  it("shows hostile texts as text", async () => {
    const org = await tests.organisation();
    const markup = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    await org.emit({
      ...invoice,
      entity_ref: markup,
      actor_user_id: "usr_1",
      actor: { name: `${markup}\u202e` },
      changes: { [markup]: { old: markup, new: markup } },
      metadata: { [markup]: markup, url: "javascript:document.title='owned'" },
      text: markup,
    });
    const page = await tests.embed({ token: await org.viewerToken({ origins: [tests.host.origin] }) });
    await page.locator("[part=time]").first().click();
    await page.locator("[part=details]").waitFor();
    expect(await page.locator("activity-timeline img, activity-timeline script").count()).toBe(0);
    expect([await page.title(), await page.locator("[part=sentence]").textContent()]).toEqual([
      "Activity",
      expect.stringContaining(markup),
    ]);
  });

  it.each([{ colorScheme: "light" }, { colorScheme: "dark" }, { lang: "ar", dir: "rtl" }] as const)(
    "has no violations that axe-core finds with %j",
    async (options) => {
      const org = await tests.organisation();
      await org.emit(
        { ...invoice, ...priya, changes: { status: { old: "DRAFT", new: "SENT" } } },
        { ...invoice, action: "INVOICE_PAID", changes: { amount_due: { old: "10.00", new: "0.00" } } },
      );
      const page = await tests.embed({ token: await org.viewerToken({ origins: [tests.host.origin] }), ...options });
      await page.locator("[part=time]").first().click();
      expect(await axeViolations(page)).toEqual([]);
    },
  );
});
