import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import "#clients/console/ui/copy-button.ts";
import { renderHeaders } from "./attempt-view.ts";
import { toVisibleText } from "./untrusted-text.ts";

/** Renders what is sent in each attempt. The API keeps neither the signatures nor the values of an endpoint's own headers. */
export function renderRequest(
  { delivery_id, event_type, payload }: Schemas["WebhookDeliveryWithAttempts"],
  { url, header_names }: Schemas["WebhookEndpoint"],
): TemplateResult {
  const headers = [
    ["content-type", "application/json"],
    ["webhook-id", delivery_id],
    ["webhook-timestamp", "the time of the attempt"],
    ["webhook-signature", "computed for each attempt"],
    ["x-aibooks-event", event_type],
    ...header_names.map((name) => [name.toLowerCase(), "hidden"] as const),
  ] as const;
  return html`<div class="exchange">
    <p class="result-line"><span class="tag mono">POST</span> <bdi class="mono small">${url}</bdi></p>
    ${renderHeaders(headers)} ${renderPayload(payload)}
  </div>`;
}

function renderPayload(payload: Schemas["WebhookDeliveryWithAttempts"]["payload"]): TemplateResult {
  if (payload === undefined) return html`<p class="muted small">The log has no valid event for it.</p>`;
  const text = JSON.stringify(payload, null, 2);
  return html`<div class="body">
    <p class="body-head">Body <copy-button .value=${text} label="the body"></copy-button></p>
    <pre class="code" tabindex="0" dir="ltr" aria-label="Body of the request">${toVisibleText(text)}</pre>
  </div>`;
}
