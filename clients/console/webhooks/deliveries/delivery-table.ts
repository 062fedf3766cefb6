import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import { formatDuration } from "#clients/console/webhooks/health/delivery-stats.ts";
import { renderPill } from "#clients/console/webhooks/health/status-pill.ts";
import { toDeliveryState, toResult } from "./delivery-status.ts";

type Delivery = Schemas["WebhookDelivery"];

export type DeliveryTable = {
  href(endpointId: string, deliveryId: string): string;
  /** Returns the name of an endpoint; `null` if all deliveries are of one. */
  readonly urlOf: ((endpointId: string) => string) | null;
  readonly nowMs: number;
};

/** Renders deliveries, newest first. */
export function renderDeliveryTable(deliveries: readonly Delivery[], table: DeliveryTable): TemplateResult {
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="Deliveries">
    <table class="table deliveries">
      <thead>
        <tr><th scope="col">Event</th><th scope="col">State</th>
          ${table.urlOf === null ? "" : html`<th scope="col">Endpoint</th>`}
          <th scope="col">Response</th><th scope="col" class="number">Attempts</th><th scope="col">Next attempt</th><th scope="col">Created</th></tr>
      </thead>
      <tbody>${deliveries.map((delivery) => renderRow(delivery, table))}</tbody>
    </table>
  </div>`;
}

function renderRow(delivery: Delivery, { href, urlOf, nowMs }: DeliveryTable): TemplateResult {
  const { delivery_id, endpoint_id, event_id, event_type, attempt_count, created_at, next_attempt_at } = delivery;
  return html`<tr>
    <td><a class="mono" href=${href(endpoint_id, delivery_id)}>${event_type}</a>
      ${event_id === null ? html`<span class="tag">test</span>` : ""}</td>
    <td>${renderPill(toDeliveryState(delivery))}</td>
    ${urlOf === null ? "" : html`<td class="endpoint"><bdi class="muted">${urlOf(endpoint_id)}</bdi></td>`}
    <td class="response">${renderResponse(delivery)}</td>
    <td class="number">${attempt_count}</td>
    <td>${next_attempt_at === null ? html`<span class="muted">–</span>` : renderRelativeTime(Date.parse(next_attempt_at), nowMs)}</td>
    <td>${renderRelativeTime(Date.parse(created_at), nowMs)}</td>
  </tr>`;
}

function renderResponse({ last_response_status, last_error, last_duration_ms }: Delivery): TemplateResult {
  const result = toResult(last_response_status, last_error);
  if (result === null) return html`<span class="muted">–</span>`;
  return html`${result}${last_duration_ms === null ? "" : html` <span class="muted">${formatDuration(last_duration_ms)}</span>`}`;
}
