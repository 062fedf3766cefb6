import { portalBase } from "#clients/console/app/portal-path.ts";
import { startPage } from "#clients/console/app/start-console.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { PortalElement } from "./portal-element.ts";
import { portalStyles } from "./portal-styles.ts";

/** Starts the webhook portal in the document. */
export async function startPortal(): Promise<void> {
  customElements.define("activity-portal", PortalElement);
  adoptStyles(portalStyles);
  await startPage((config) => new PortalElement(config, portalBase));
}
