import { html, svg, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { formatDuration, toDeliveryStats, toLastAttempt } from "./delivery-stats.ts";

type Delivery = Schemas["WebhookDelivery"];

const width = 800;
const height = 96;

/** Below this height a bar could not be seen. */
const minBar = 3;

/** Renders the duration of each delivery as a bar, oldest first, coloured by the result. A bar leads to its delivery. */
export function renderDeliveryChart(deliveries: readonly Delivery[], href: (id: string) => string): TemplateResult {
  const { attempted, succeeded, slowestMs } = toDeliveryStats(deliveries);
  const top = Math.max(slowestMs ?? 0, 1);
  const slot = width / deliveries.length;
  const bars = deliveries.toReversed().map((delivery, index) => {
    const { delivery_id, event_type, last_duration_ms, last_response_status, last_error } = delivery;
    const bar = Math.max(minBar, ((last_duration_ms ?? 0) / top) * height);
    const result = last_response_status ?? last_error ?? "not attempted";
    const tip = `${event_type} · ${result}${last_duration_ms === null ? "" : ` · ${formatDuration(last_duration_ms)}`}`;
    return svg`<a href=${href(delivery_id)} aria-label=${tip} data-tip=${tip} tabindex="-1">
      <rect class="slot" x=${index * slot} y="0" width=${slot} height=${height} />
      <rect class="bar-${toLastAttempt(delivery)}" x=${index * slot + slot * 0.14} y=${height - bar} width=${slot * 0.72} height=${bar} rx="1.5" />
    </a>`;
  });
  return html`<figure class="chart">
    <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="group"
      aria-label="${succeeded} of ${attempted} deliveries succeeded, the slowest took ${formatDuration(slowestMs ?? 0)}">${bars}</svg>
    <figcaption class="small muted">
      <span>${formatDuration(slowestMs ?? 0)} at most</span>
      <span class="legend"><span class="key bar-succeeded"></span>succeeded <span class="key bar-failed"></span>failed or retrying</span>
    </figcaption>
  </figure>`;
}
