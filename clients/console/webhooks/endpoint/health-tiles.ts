import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import { formatDuration, formatRate, toDeliveryStats } from "#clients/console/webhooks/health/delivery-stats.ts";

type Health = Schemas["WebhookEndpointWithHealth"]["health"];

/** Renders the figures of an endpoint: of the deliveries that were listed, and what its health says. */
export function renderHealthTiles(
  { average_duration_ms, last_success_at, consecutive_failures }: Health,
  deliveries: readonly Schemas["WebhookDelivery"][],
  nowMs: number,
): TemplateResult {
  const { attempted, succeeded, successRate, medianMs, slowestMs } = toDeliveryStats(deliveries);
  const spread =
    medianMs === null || slowestMs === null
      ? "no attempts yet"
      : `median ${formatDuration(medianMs)}, slowest ${formatDuration(slowestMs)}`;
  return html`<dl class="tiles">
    ${renderTile("Success rate", successRate === null ? "–" : formatRate(successRate), attempted === 0 ? "no deliveries yet" : `${succeeded} of the last ${attempted}`)}
    ${renderTile("Response time", average_duration_ms === null ? "–" : formatDuration(average_duration_ms), spread)}
    ${renderTile("Last success", last_success_at === null ? "–" : renderRelativeTime(Date.parse(last_success_at), nowMs), last_success_at === null ? "none so far" : "")}
    ${renderTile("Failures in a row", String(consecutive_failures), "pauses after five")}
  </dl>`;
}

function renderTile(label: string, value: string | TemplateResult, hint: string): TemplateResult {
  return html`<div class="tile">
    <dt>${label}</dt>
    <dd><span class="figure">${value}</span><span class="muted small">${hint}</span></dd>
  </div>`;
}
