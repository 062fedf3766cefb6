import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { baseStyles } from "#clients/console/ui/styles/base.ts";
import { contentStyles } from "#clients/console/ui/styles/content.ts";
import { controlStyles } from "#clients/console/ui/styles/controls.ts";
import { overlayStyles } from "#clients/console/ui/styles/overlays.ts";
import { tokens } from "#clients/console/ui/styles/tokens.ts";
import { createToasts } from "#clients/console/ui/toast.ts";
import { createTooltip } from "#clients/console/ui/tooltip.ts";
import { openStorage } from "./browser-storage.ts";
import { type ConsoleConfig, loadConfig } from "./config.ts";
import { ConsoleElement } from "./console-element.ts";
import { shellStyles } from "./shell-styles.ts";
import { applyTheme, loadTheme } from "./theme.ts";

/** The path of the console at its origin. */
const base = "/console";

/** Starts the console in the document. */
export async function startConsole(): Promise<void> {
  adoptStyles(shellStyles);
  const settings = openStorage(() => localStorage);
  applyTheme(loadTheme(settings), settings);
  customElements.define("activity-console", ConsoleElement);
  await startPage((config) => new ConsoleElement(config, base));
}

/** Shows an element that needs the settings of the deployment, with the styles of all pages. */
export async function startPage(create: (config: ConsoleConfig) => HTMLElement): Promise<void> {
  adoptStyles(tokens, baseStyles, controlStyles, overlayStyles, contentStyles);
  document.body.replaceChildren(await createElement(create), ...createToasts(), createTooltip());
}

async function createElement(create: (config: ConsoleConfig) => HTMLElement): Promise<HTMLElement> {
  try {
    return create(await loadConfig(fetch, base, location.origin));
  } catch {
    const message = document.createElement("main");
    message.className = "notice";
    message.role = "alert";
    message.textContent = "The console could not be loaded. Check your connection, and reload the page.";
    return message;
  }
}
