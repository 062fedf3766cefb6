import type { TemplateResult } from "lit";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { renderTabs } from "#clients/console/ui/tabs.ts";

const tabs = [
  { path: "/webhooks", text: "Endpoints" },
  { path: "/webhooks/deliveries", text: "Deliveries" },
  { path: "/webhooks/event-types", text: "Event types" },
  { path: "/webhooks/signatures", text: "Signatures" },
] as const;

/** Renders the pages of webhooks as tabs. */
export function renderWebhookTabs({ href }: PageContext, current: (typeof tabs)[number]["path"]): TemplateResult {
  return renderTabs(
    "Webhooks",
    tabs.map(({ path, text }) => ({ href: href(path), text, isCurrent: path === current })),
  );
}
