import { html, svg, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { formatDuration, toDeliveryStats, toLastAttempt } from "./delivery-stats.ts";

type Delivery = Schemas["WebhookDelivery"];

const width = 800;
const height = 96;

/** With fewer deliveries the bars do not become wider. */
const minSlots = 48;

/** Below this height a bar could not be seen. */
const minBar = 3;

export type DeliveryChart = {
  href(deliveryId: string): string;
  /** Opens a delivery. The router follows links of HTML only, not of SVG. */
  open(deliveryId: string): void;
};

/** Renders the duration of each delivery as a bar, oldest first, coloured by the result. A bar leads to its delivery; arrow keys move between bars. */
export function renderDeliveryChart(deliveries: readonly Delivery[], { href, open }: DeliveryChart): TemplateResult {
  const { attempted, succeeded, slowestMs } = toDeliveryStats(deliveries);
  const top = Math.max(slowestMs ?? 0, 1);
  const slots = Math.max(deliveries.length, minSlots);
  const slot = width / slots;
  const bars = deliveries.toReversed().map((delivery, index) => {
    const left = (slots - deliveries.length + index) * slot;
    const { delivery_id, event_type, last_duration_ms, last_response_status, last_error } = delivery;
    const bar = Math.max(minBar, ((last_duration_ms ?? 0) / top) * height);
    const result = last_response_status ?? last_error ?? "not attempted";
    const tip = `${event_type} · ${result}${last_duration_ms === null ? "" : ` · ${formatDuration(last_duration_ms)}`}`;
    return svg`<a href=${href(delivery_id)} aria-label=${tip} data-tip=${tip}
      @click=${(event: MouseEvent) => follow(event, () => open(delivery_id))} tabindex=${index === deliveries.length - 1 ? 0 : -1}>
      <rect class="slot" x=${left} y="0" width=${slot} height=${height} />
      <rect class="bar-${toLastAttempt(delivery)}" x=${left + slot * 0.14} y=${height - bar} width=${slot * 0.72} height=${bar} rx="1.5" />
    </a>`;
  });
  return html`<figure class="chart">
    <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="group" @keydown=${moveFocus}
      aria-label="${succeeded} of ${attempted} deliveries succeeded, the slowest took ${formatDuration(slowestMs ?? 0)}">${bars}</svg>
    <figcaption class="small muted">
      <span>${formatDuration(slowestMs ?? 0)} at most</span>
      <span class="legend"><span class="key bar-succeeded"></span>succeeded <span class="key bar-failed"></span>failed or retrying</span>
    </figcaption>
  </figure>`;
}

/** The bars are one stop of the Tab key. */
function moveFocus(event: KeyboardEvent): void {
  const bar = event.target instanceof SVGAElement ? event.target : null;
  const next = event.key === "ArrowLeft" ? bar?.previousElementSibling : bar?.nextElementSibling;
  if ((event.key !== "ArrowLeft" && event.key !== "ArrowRight") || !(next instanceof SVGAElement)) return;
  event.preventDefault();
  next.focus();
}

/** A press with a modifier is left to the browser: it opens another tab. */
function follow(event: MouseEvent, open: () => void): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open();
}
