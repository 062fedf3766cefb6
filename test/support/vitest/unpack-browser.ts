import { platform } from "node:process";
import chromium from "@sparticuz/chromium";

/** Unpacks the browser before the first test: workers that did so at the same time would start a file that another one writes. */
export async function setup(): Promise<void> {
  if (platform === "linux") await chromium.executablePath();
}
