import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { buildSite } from "#clients/console/build/build-site.ts";

/** Builds the console into a folder of its own, because other tests build it meanwhile. */
export async function buildConsoleSite(): Promise<{ readonly site: string; remove(): void }> {
  mkdirSync(".build", { recursive: true });
  const site = mkdtempSync(resolve(".build/console-"));
  await buildSite(site, { api: "", stage: "dev" });
  return { site, remove: () => rmSync(site, { recursive: true, force: true }) };
}

/** Types a token into the sign-in form. */
export async function signIn(page: Page, token = "aibooks_pat_valid"): Promise<void> {
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
