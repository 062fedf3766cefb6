import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { baseStyles } from "#clients/console/ui/styles/base.ts";
import { contentStyles } from "#clients/console/ui/styles/content.ts";
import { controlStyles } from "#clients/console/ui/styles/controls.ts";
import { overlayStyles } from "#clients/console/ui/styles/overlays.ts";
import { tokens } from "#clients/console/ui/styles/tokens.ts";
import { createToasts } from "#clients/console/ui/toast.ts";
import { createTooltip } from "#clients/console/ui/tooltip.ts";
import { loadConfig } from "./config.ts";
import { ConsoleElement } from "./console-element.ts";
import { shellStyles } from "./shell-styles.ts";
import { applyTheme, loadTheme } from "./theme.ts";

/** The path of the console at its origin. */
const base = "/console";

/** Starts the console in the document. */
export async function startConsole(): Promise<void> {
  adoptStyles(tokens, baseStyles, controlStyles, overlayStyles, contentStyles, shellStyles);
  applyTheme(loadTheme(localStorage), localStorage);
  customElements.define("activity-console", ConsoleElement);
  document.body.replaceChildren(await createConsole(), createToasts(), createTooltip());
}

async function createConsole(): Promise<HTMLElement> {
  try {
    return new ConsoleElement(await loadConfig(fetch, base, location.origin), base);
  } catch {
    const message = document.createElement("main");
    message.className = "notice";
    message.role = "alert";
    message.textContent = "The console could not be loaded. Check your connection, and reload the page.";
    return message;
  }
}
