import { platform } from "node:process";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/**
 * Starts the Chromium that npm installs, unpacked to the temporary folder of the system; it is for Linux only, so elsewhere
 * an installed Chrome. Its sandbox is off, because containers do not allow it, and it opens pages of the tests only.
 */
export async function launchBrowser(): Promise<Browser> {
  const installed =
    platform === "linux" ? { executablePath: await chromium.executablePath() } : { channel: "chrome" as const };
  return playwright.launch({ ...installed, args: ["--no-sandbox", "--font-render-hinting=none"] });
}
