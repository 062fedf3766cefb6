import { describe, expect, it } from "vitest";
import { signIn } from "#test/support/browser/console/console-site.ts";
import { setUpConsoleTests } from "#test/support/browser/console/console-tests.ts";
import { sampleActivity } from "#test/support/browser/sample-activity.ts";
import { until } from "#test/support/until.ts";

const tests = setUpConsoleTests();
const refused = /^response 401/;

describe("console › sign in", () => {
  it("says that a token is invalid, then shows the address that was asked for", async () => {
    tests.api.events = sampleActivity(new Date());
    const page = await tests.open("/activity?entity_type=BILL", { expected: refused });
    await signIn(page, "aibooks_pat_wrong");
    await page.getByText("This token is unknown, expired or revoked.").first().waitFor();
    await signIn(page);
    await page.getByText("Mei Tanaka approved BILL-2026-0118").waitFor();
    expect(await page.locator(".event-row").count()).toBe(2);
    expect(page.url()).toBe(`${tests.server.origin}/console/activity?entity_type=BILL`);
  });

  it("keeps the token in memory only, unless the reader wants it kept", async () => {
    const page = await tests.openSignedIn("/activity");
    await page.getByText("No activity yet").waitFor();
    const stored = () =>
      page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage, cookie: document.cookie })");
    expect(await stored()).not.toContain("aibooks_pat");
    await page.reload();
    await page.getByLabel("Keep until this tab is closed").check();
    await signIn(page);
    await page.getByText("No activity yet").waitFor();
    await page.reload();
    await page.getByText("No activity yet").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await stored()).not.toContain("aibooks_pat");
  });

  it("keeps a token that could not be checked, and checks it again when the reader asks for it", async () => {
    const page = await tests.open("/activity", { expected: /503/ });
    await page.getByLabel("Keep until this tab is closed").check();
    await signIn(page);
    await page.getByText("No activity yet").waitFor();
    await page.route("**/whoami", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.reload();
    await page.getByText("This could not be loaded").waitFor();
    await page.unroute("**/whoami");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No activity yet").waitFor();
  });

  it("stays signed out when the reader closes the form while the token is checked", async () => {
    tests.api.events = sampleActivity(new Date());
    const page = await tests.openSignedIn("/activity", { expected: refused });
    await page.locator(".event-row").first().waitFor();
    tests.api.tokens = ["aibooks_pat_new"];
    await page.getByRole("button", { name: "Type" }).click();
    await page.getByRole("button", { name: "Bill", exact: true }).click();
    await page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    const { promise: isClosed, resolve: closed } = Promise.withResolvers<void>();
    await page.route("**/whoami", async (route) => {
      asked();
      await isClosed;
      await route.continue();
    });
    await page.getByLabel("Keep until this tab is closed").check();
    await signIn(page, "aibooks_pat_new");
    await isAsked;
    await page.getByRole("button", { name: "Sign out instead" }).click();
    const response = page.waitForResponse("**/whoami");
    closed();
    await (await response).finished();
    await page.getByRole("heading", { name: "Sign in to Activity log" }).waitFor();
    expect(await page.evaluate("JSON.stringify(sessionStorage)")).not.toContain("aibooks_pat");
  });

  it("signs in when the browser blocks site data", async () => {
    const script = ["localStorage", "sessionStorage"]
      .map(
        (name) =>
          `Object.defineProperty(window, "${name}", { get() { throw new DOMException("", "SecurityError"); } });`,
      )
      .join("");
    const page = await tests.openSignedIn("/activity", { script });
    await page.getByText("No activity yet").waitFor();
  });

  it("asks for the token again when it is refused, and goes on where it was", async () => {
    tests.api.events = sampleActivity(new Date());
    const page = await tests.openSignedIn("/activity", { expected: refused });
    await page.locator(".event-row").first().waitFor();
    tests.api.tokens = ["aibooks_pat_new"];
    await page.getByRole("button", { name: "Type" }).click();
    await page.getByRole("button", { name: "Bill", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    await signIn(page, "aibooks_pat_new");
    await until(async () => (await page.locator(".event-row").count()) === 2);
    expect(await dialog.count()).toBe(0);
    expect(page.url()).toContain("entity_type=BILL");
  });

  it("lists pages that the token may not open with the scope that they need", async () => {
    tests.api.scopes = ["AIBooks.activity.READ"];
    const page = await tests.openSignedIn("/webhooks");
    await page.getByText("It needs the scope AIBooks.webhooks.MANAGE.").waitFor();
    const link = page.getByRole("link", { name: /^Webhooks.*Needs the scope AIBooks\.webhooks\.MANAGE/ });
    expect(await link.getAttribute("aria-disabled")).toBe("true");
    expect(await link.getAttribute("href")).toBeNull();
  });
});

describe("console › navigation", () => {
  it("names each page in the title, moves the focus to its heading, and goes back", async () => {
    const page = await tests.openSignedIn("/");
    await page.getByRole("heading", { name: "Activity", exact: true }).waitFor();
    expect(page.url()).toBe(`${tests.server.origin}/console/activity`);
    await page.getByRole("link", { name: "Documents" }).click();
    await until(async () => (await page.title()) === "Documents · Activity log");
    await until(async () => (await page.evaluate("document.activeElement?.tagName")) === "H1");
    await page.goBack();
    await until(async () => (await page.title()) === "Activity · Activity log");
  });

  it("follows the system's theme until the reader chooses one", async () => {
    const page = await tests.openSignedIn("/activity", { colorScheme: "dark" });
    await page.getByText("No activity yet").waitFor();
    const background = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    await until(async () => (await background()) === "rgb(17, 19, 22)");
    await page.getByRole("button", { name: "Theme: light" }).click();
    expect(await background()).toBe("rgb(250, 251, 252)");
    await page.reload();
    await until(async () => (await background()) === "rgb(250, 251, 252)");
  });

  it("says that a page does not exist", async () => {
    const page = await tests.openSignedIn("/nowhere");
    await page.getByText("There is no such page").waitFor();
  });
});
