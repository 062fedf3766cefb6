import { describe, expect, it } from "vitest";
import * as z from "zod";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";

const tests = setUpStackTests();

describe("console › API reference", () => {
  it("finds an operation, and calls it with the token of the session, which it does not store", async () => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/reference", org.token);
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.getByLabel("Filter operations").fill("whoami");
    await page.getByRole("navigation", { name: "Operations" }).getByRole("link").click();
    await page.getByRole("button", { name: "Send GET" }).click();
    const body = page.getByRole("region", { name: "Body of the response" });
    expect(JSON.parse(await body.innerText())).toMatchObject({ token: { org_id: org.org_id } });
    expect(new URL(page.url()).search).toBe("?operation=whoami");
    expect(requests.filter((url) => new URL(url).origin !== new URL(tests.stack.api).origin)).toEqual([]);
    expect(await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")).not.toContain(
      org.token,
    );
    expect(await page.locator("main").innerText()).not.toContain(org.token);
  });

  it("sends parameters and a body, and shows what the API refuses", async () => {
    const org = await tests.organisation();
    const expected = [/^response 400 POST /];
    const page = await tests.openConsole("/reference?operation=create_webhook_endpoint", org.token, { expected });
    await page.getByLabel("Body", { exact: true }).fill("{");
    await page.getByRole("button", { name: "Send POST" }).click();
    await page.getByText("The body is not valid JSON.").waitFor();
    await page.getByLabel("Body", { exact: true }).fill('{ "url": "ftp://example.com", "events": ["*"] }');
    await page.getByRole("button", { name: "Send POST" }).click();
    const body = page.getByRole("region", { name: "Body of the response" });
    expect(JSON.parse(await body.innerText())).toMatchObject({ code: "validation.invalid_value", field: "url" });
  });

  it("offers no call of an operation that takes other credentials", async () => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/reference?operation=oauth_token", org.token);
    await page.getByText("This operation takes credentials of its own").waitFor();
    expect(await page.getByRole("button", { name: /^Send/ }).count()).toBe(0);
  });

  it("renders every operation", async () => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/reference", org.token);
    await page.locator(".reference-nav a").first().waitFor();
    const shown: unknown = await page.evaluate(`(async () => {
      const shown = [];
      for (const link of document.querySelectorAll(".reference-nav a")) {
        link.click();
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        shown.push([link.querySelector("span:last-child").innerText, document.querySelector("h1").innerText]);
      }
      return shown;
    })()`);
    const titles = z.array(z.tuple([z.string(), z.string()])).parse(shown);
    expect(titles.length).toBeGreaterThan(40);
    expect(titles.filter(([summary, title]) => summary !== title)).toEqual([]);
  });

  it("is loaded by no other page", async () => {
    const org = await tests.organisation();
    const scripts: string[] = [];
    const page = await tests.openConsole("/documents", org.token);
    page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
    await page.getByRole("heading", { name: "No documents" }).waitFor();
    expect(scripts.filter((name) => name.includes("reference"))).toEqual([]);
    await page.getByRole("link", { name: "API reference" }).click();
    await page.getByRole("heading", { name: "API reference" }).waitFor();
    expect(scripts.filter((name) => /\/reference-page-[^/]+\.js$/.test(name))).toHaveLength(1);
  });

  it.each([
    { colorScheme: "light", dir: "ltr" },
    { colorScheme: "dark", dir: "ltr" },
    { colorScheme: "light", dir: "rtl" },
  ] as const)("has no violations that axe-core finds with %j", async ({ colorScheme, dir }) => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/reference", org.token, { colorScheme, reducedMotion: "reduce" });
    await page.evaluate(`document.documentElement.dir = "${dir}"`);
    await page.getByRole("heading", { name: "API reference" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "Create a webhook endpoint" }).first().click();
    await page.locator("details summary").last().click();
    expect(await axeViolations(page)).toEqual([]);
  });
});
