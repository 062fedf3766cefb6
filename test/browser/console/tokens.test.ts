import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";

const tests = setUpStackTests();

describe("console › tokens", () => {
  it("lists tokens, and revokes one after it has said what that ends", async () => {
    const org = await tests.organisation();
    const other = await tests.stack.token([org.org_id], ["AIBooks.webhooks.MANAGE"]);
    const page = await tests.openConsole("/tokens", org.token);
    const rows = page.locator("tbody tr");
    await rows.nth(1).waitFor();
    expect(await rows.filter({ hasText: "Your token" }).count()).toBe(1);
    expect(await rows.filter({ hasText: "Your token" }).innerText()).toContain("AIBooks.fullaccess.all");

    await page.getByRole("button", { name: `Revoke ${other.token_id}` }).click();
    const dialog = page.getByRole("dialog", { name: "Revoke this token?" });
    expect(await dialog.innerText()).toContain("Webhook endpoints that it created remain");
    await page.keyboard.press("Escape");
    expect(await dialog.count()).toBe(0);

    await page.getByRole("button", { name: `Revoke ${other.token_id}` }).click();
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await page.locator(".toast", { hasText: `Revoked ${other.token_id}` }).waitFor();
    expect(await page.locator(".toast-status").textContent()).toContain(`Revoked ${other.token_id}`);
    expect(await rows.count()).toBe(1);
    const response = await tests.stack.get("/api/public/v1/whoami", { authorization: `Bearer ${other.secret}` });
    expect(response.status).toBe(401);

    await page.getByRole("button", { name: "All 2" }).click();
    expect(await rows.filter({ hasText: "Revoked" }).count()).toBe(1);
    expect(new URL(page.url()).search).toBe("?show=all");
  });

  it("asks for another token after the own one was revoked", async () => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/tokens", org.token, { expected: [/^response 401 GET /] });
    await page.getByRole("button", { name: /^Revoke tok_/ }).click();
    const dialog = page.getByRole("dialog", { name: "Revoke your own token?" });
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await page.locator(".toast", { hasText: /^Revoked tok_/ }).waitFor();
    await page.getByRole("link", { name: "Documents" }).click();
    await page.getByLabel("Token", { exact: true }).waitFor();
  });

  it("offers no revocation to a token that may only read", async () => {
    const org = await tests.organisation(["AIBooks.tokens.READ"]);
    const page = await tests.openConsole("/tokens", org.token);
    await page.locator("tbody tr").waitFor();
    expect(await page.getByRole("button", { name: /^Revoke/ }).count()).toBe(0);
  });

  it.each([
    { colorScheme: "light", dir: "ltr" },
    { colorScheme: "dark", dir: "ltr" },
    { colorScheme: "light", dir: "rtl" },
  ] as const)("has no violations that axe-core finds with %j", async ({ colorScheme, dir }) => {
    const org = await tests.organisation();
    const page = await tests.openConsole("/tokens", org.token, { colorScheme, reducedMotion: "reduce" });
    await page.evaluate(`document.documentElement.dir = "${dir}"`);
    await page.locator("tbody tr").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: /^Revoke/ }).click();
    await page.getByRole("dialog").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });
});
