import type { Page } from "playwright-core";

/** Enters the verification key of the log, to verify the event that is shown. */
export async function enterKey(page: Page, key: string): Promise<void> {
  await page.getByRole("button", { name: "Verify…" }).click();
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Use this key" }).click();
}
