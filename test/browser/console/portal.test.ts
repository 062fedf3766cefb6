import { createServer } from "node:http";
import type { Frame, Page } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { axeViolations } from "#test/support/browser/axe.ts";
import { type OpenOptions, setUpStackTests } from "#test/support/browser/stack-tests.ts";
import type { TestOrganisation } from "#test/support/browser/test-organisation.ts";
import { codeBlocks } from "#test/support/docs/pages.ts";
import { until } from "#test/support/until.ts";
import { type HttpReceiver, startReceiver } from "#test/support/webhooks/receiver.ts";

const tests = setUpStackTests();
const scopes = ["AIBooks.webhooks.MANAGE" as const];
const expiredToken = /^response 401 GET .*\/webhooks/;
let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await startReceiver();
});

/** The page of docs/webhooks.md, with the portal of the local stack. */
function hostPage(): string {
  const block = codeBlocks.find(({ page, language }) => page === "docs/webhooks.md" && language === "html");
  const html = block?.code.replace("https://console.example.com", tests.stack.api) ?? "";
  return `<!doctype html><html lang="en"><title>Platform</title><link rel="icon" href="data:,"><main><h1>Platform</h1>${html}</main>`;
}

/** Opens a page of another origin that embeds the portal and passes what `issue` returns, a token for each request. */
async function openHost(issue: () => Promise<string>, options?: OpenOptions & { readonly host?: string }) {
  const server = createServer(async (request, response) => {
    const isToken = request.url === "/webhooks-token";
    response.setHeader("content-type", isToken ? "application/json" : "text/html");
    response.end(isToken ? JSON.stringify({ token: await issue() }) : hostPage());
  });
  onTestFinished(() => closeServer(server));
  const url = new URL(await listenOnLoopback(server, 0));
  url.hostname = options?.host ?? url.hostname;
  const page = await tests.open(url.href, options);
  return { page, portal: page.frameLocator("iframe").first() };
}

function frameOf(page: Page): Frame {
  const [frame] = page.mainFrame().childFrames();
  if (frame === undefined) throw new Error("The page has no frame.");
  return frame;
}

const viewerToken = (org: Pick<TestOrganisation, "viewerToken">) =>
  org.viewerToken({ scopes, origins: [tests.stack.api] });

async function addEndpoint({ org_id, token }: TestOrganisation): Promise<string> {
  const { webhooks } = createFinzbooksClient({ baseUrl: tests.stack.api, token, org: org_id });
  return (await webhooks.endpoints.create({ url: receiver.url, events: ["*"] })).endpoint_id;
}

describe("webhook portal", () => {
  it("creates an endpoint that is sent a signed event, from the page of the documentation", async () => {
    const org = await tests.organisation();
    const { page, portal } = await openHost(() => viewerToken(org));
    await portal.getByRole("button", { name: "Add endpoint" }).first().click();
    await portal.getByLabel("URL", { exact: true }).fill(receiver.url);
    await portal.getByRole("combobox", { name: "Event types" }).fill("invoice.paid");
    await page.keyboard.press("Enter");
    await portal.getByRole("dialog").getByRole("button", { name: "Add endpoint" }).click();
    const secret = await portal.getByText(/^whsec_/).innerText();
    const isOfOrg = ({ body }: { readonly body: string }) => body.includes(org.org_id);
    await until(async () => {
      await org.emit({ action: "INVOICE_PAID", entity_id: "inv_portal" });
      return receiver.requests.some(isOfOrg);
    });
    const { body = "", headers = {} } = receiver.requests.find(isOfOrg) ?? {};
    expect(await verifyWebhook(body, headers, secret)).toMatchObject({ event_type: "invoice.paid" });
    expect(page.url()).not.toContain("aibooks_view");
    expect(frameOf(page).url()).toBe(`${tests.stack.api}/console/portal/webhooks`);
    expect(await frameOf(page).evaluate("JSON.stringify([localStorage, sessionStorage])")).not.toContain("aibooks");
  });

  it("asks for another token when one has expired, and goes on where it was", async () => {
    const [org, issuer] = await tests
      .organisation()
      .then(async (created) => [created, await created.issuer()] as const);
    await addEndpoint(org);
    const tokens = [issuer, org];
    const issue = () => viewerToken(tokens.shift() ?? org);
    const { portal } = await openHost(issue, { expected: [expiredToken] });
    await portal.getByRole("link", { name: "Deliveries", exact: true }).click();
    await portal.getByLabel("Event type").fill("invoice.pa");
    await issuer.revoke();
    await portal.getByRole("button", { name: "Failed" }).click();
    await portal.getByRole("heading", { name: "No delivery matches" }).waitFor();
    expect(await portal.getByLabel("Event type").inputValue()).toBe("invoice.pa");
    expect(tokens).toEqual([]);
  });

  it("starts with the token that follows one that has expired", async () => {
    const org = await tests.organisation();
    const tokens = [org.signedViewerToken({ scopes, origins: [tests.stack.api] })];
    const { portal } = await openHost(async () => tokens.shift() ?? viewerToken(org), { expected: [expiredToken] });
    await portal.getByRole("heading", { name: "No endpoints yet" }).waitFor();
  });

  it("ignores a token of another window than the one around it", async () => {
    const [org, other] = [await tests.organisation(), await tests.organisation()];
    const foreign = await viewerToken(other);
    await addEndpoint(other);
    const { promise, resolve } = Promise.withResolvers<string>();
    const { page, portal } = await openHost(() => promise);
    await portal.getByText("Waiting for a token…").waitFor();
    const message = JSON.stringify({ type: "activity-log:token", token: foreign });
    const post = `parent.frames[0].postMessage(${message}, "*")`;
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement("iframe"), { srcdoc: ${JSON.stringify(`<script>${post}; parent.isPosted = true</script>`)} }))`,
    );
    await page.waitForFunction("window.isPosted");
    await frameOf(page).evaluate(`postMessage(${message}, "*")`);
    resolve(await viewerToken(org));
    await portal.getByRole("heading", { name: "No endpoints yet" }).waitFor();
  });

  it("refuses a token that is no viewer token", async () => {
    const org = await tests.organisation();
    const { portal } = await openHost(async () => org.token);
    await portal.getByRole("heading", { name: "The token was refused" }).waitFor();
  });

  it("has the pages of webhooks only", async () => {
    const org = await tests.organisation();
    const { page, portal } = await openHost(() => viewerToken(org));
    await portal.getByRole("heading", { name: "No endpoints yet" }).waitFor();
    const hrefs = await frameOf(page).evaluate<string[]>("[...document.links].map(({ pathname }) => pathname)");
    expect(hrefs.filter((path) => !path.startsWith("/console/portal/webhooks"))).toEqual([]);
    await frameOf(page).evaluate(`location.href = "/console/portal/tokens"`);
    await portal.getByRole("heading", { name: "There is no such page" }).waitFor();
  });

  it("says that it is for a frame when it is opened alone", async () => {
    const page = await tests.open(`${tests.stack.api}/console/portal`);
    await page.getByRole("heading", { name: "This is the webhook portal" }).waitFor();
  });

  it("is refused in a page of an origin that the stage does not name", async () => {
    const expected = [/frame-ancestors/, /no response GET .*\/console\/portal/];
    const { page } = await openHost(async () => "", { host: "app.localhost", expected });
    expect(await page.frameLocator("iframe").locator("activity-portal").count()).toBe(0);
  });

  it.each(["light", "dark"] as const)("has no violations that axe-core finds in %s", async (colorScheme) => {
    const org = await tests.organisation();
    await addEndpoint(org);
    const { page, portal } = await openHost(() => viewerToken(org), { colorScheme, reducedMotion: "reduce" });
    await portal.getByRole("link", { name: receiver.url }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });
});
