import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import "#clients/console/ui/copy-button.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";

/** Renders what identifies a delivery. */
export function renderDeliveryFacts(
  { delivery_id, event_id, created_at }: Schemas["WebhookDelivery"],
  { endpoint_id, url }: Schemas["WebhookEndpoint"],
  href: (path: string) => string,
): TemplateResult {
  return html`<dl class="panel delivery-facts">
    <div><dt>Endpoint</dt><dd><a href=${href(`/webhooks/${endpoint_id}`)}><bdi>${url}</bdi></a></dd></div>
    <div><dt>Created</dt><dd>${renderRelativeTime(Date.parse(created_at), Date.now())}</dd></div>
    <div><dt>Delivery ID</dt><dd>${renderId(delivery_id, "the delivery ID")}</dd></div>
    <div><dt>Event ID</dt><dd>${event_id === null ? "None: it is a test" : renderId(event_id, "the event ID")}</dd></div>
  </dl>`;
}

function renderId(id: string, label: string): TemplateResult {
  return html`<code class="delivery-id">${id}</code><copy-button .value=${id} label=${label}></copy-button>`;
}
