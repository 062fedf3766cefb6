import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { renderFilterTag } from "#clients/console/webhooks/event-types/filter-tag.ts";
import { formatDuration, formatRate, toDeliveryStats } from "#clients/console/webhooks/health/delivery-stats.ts";
import type { ListedDeliveries } from "#clients/console/webhooks/health/endpoint-deliveries.ts";
import { toEndpointState } from "#clients/console/webhooks/health/endpoint-state.ts";
import { renderSparkline } from "#clients/console/webhooks/health/sparkline.ts";
import { renderPill } from "#clients/console/webhooks/health/status-pill.ts";

type Endpoint = Schemas["WebhookEndpoint"];

export type EndpointTable = {
  href(endpointId: string): string;
  /** Returns the newest deliveries; `null` until they are loaded. */
  deliveriesOf(endpointId: string): ListedDeliveries | null;
  readonly nowMs: number;
};

const shownFilters = 2;

/** Renders endpoints with their health. */
export function renderEndpointTable(endpoints: readonly Endpoint[], table: EndpointTable): TemplateResult {
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="Endpoints">
    <table class="table endpoints" aria-label="Endpoints">
      <thead>
        <tr><th scope="col">Endpoint</th><th scope="col" class="events">Events</th><th scope="col">State</th>
          <th scope="col" class="number">Success</th><th scope="col" class="time">Response time</th></tr>
      </thead>
      <tbody>${endpoints.map((endpoint) => renderRow(endpoint, table))}</tbody>
    </table>
  </div>`;
}

function renderRow(endpoint: Endpoint, { href, deliveriesOf }: EndpointTable): TemplateResult {
  const { endpoint_id, url, description, entity_id, events } = endpoint;
  const state = toEndpointState(endpoint);
  const more = events.length - shownFilters;
  return html`<tr class=${state.kind}>
    <td class="endpoint">
      <a href=${href(endpoint_id)}><bdi>${description ?? toShortUrl(url)}</bdi></a>
      <span class="muted small"><bdi>${description === null ? endpoint_id : toShortUrl(url)}</bdi></span>
    </td>
    <td class="events">
      ${events.slice(0, shownFilters).map(renderFilterTag)}
      ${more > 0 ? html`<span class="muted small" data-tip=${events.slice(shownFilters).join(", ")}>+${more}</span>` : ""}
      ${entity_id === null ? "" : html`<span class="muted small">of <bdi class="mono">${entity_id}</bdi></span>`}
    </td>
    <td class="state">${renderPill(state)}${state.kind === "healthy" ? "" : html`<span class="muted small">${state.reason}</span>`}</td>
    ${renderFigures(deliveriesOf(endpoint_id), endpoint.health?.average_duration_ms ?? null)}
  </tr>`;
}

function renderFigures(deliveries: ListedDeliveries | null, averageMs: number | null): TemplateResult {
  if (deliveries === null) {
    return html`<td class="number"><span class="bone short"></span></td><td class="time"><span class="bone short"></span></td>`;
  }
  if (deliveries === "failed") {
    const unknown = html`<span class="muted" data-tip="The deliveries could not be loaded">?</span>`;
    return html`<td class="number">${unknown}</td><td class="time">${averageMs === null ? unknown : formatDuration(averageMs)}</td>`;
  }
  const { attempted, successRate, slowestMs } = toDeliveryStats(deliveries);
  const durations = deliveries.flatMap(({ last_duration_ms }) => last_duration_ms ?? []).reverse();
  const label = `Response times of the last ${durations.length} deliveries, up to ${formatDuration(slowestMs ?? 0)}`;
  const rate =
    successRate === null
      ? html`<span class="muted">–</span>`
      : html`<span data-tip="of the last ${attempted} deliveries">${formatRate(successRate)}</span>`;
  return html`<td class="number">${rate}</td>
    <td class="time">${averageMs === null ? html`<span class="muted">–</span>` : html`<span>${formatDuration(averageMs)}</span>`}
      ${renderSparkline(durations, label)}</td>`;
}

/** The scheme is always https, but for local stacks. */
function toShortUrl(url: string): string {
  return url.replace(/^https:\/\//, "");
}
