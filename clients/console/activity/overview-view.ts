import { html, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderNotice } from "#clients/console/ui/states.ts";
import type { FeedState } from "./feed/activity-feed.ts";
import type { Histogram, TimeRange } from "./histogram/buckets.ts";
import "./histogram/event-histogram.ts";
import { renderSummary, type SummaryActions } from "./summary-view.ts";

/** Renders how many events have been read, and when they happened. */
export function renderOverview(
  state: FeedState,
  histogram: Histogram | null,
  actions: SummaryActions & { selectRange(range: TimeRange): void },
): TemplateResult {
  return html`<section class="panel activity-overview" aria-label="Events over time">
    ${renderSummary(state, actions)}
    <event-histogram
      .histogram=${histogram}
      @select-range=${({ detail }: CustomEvent<TimeRange>) => actions.selectRange(detail)}
    ></event-histogram>
  </section>`;
}

/** Renders the button that shows the events that have arrived. */
export function renderArrivals({ newCount, hasUncountedNew }: FeedState, show: () => void): TemplateResult {
  const count = `${newCount} new ${newCount === 1 ? "event" : "events"}`;
  const text = hasUncountedNew ? `More than ${count}` : count;
  const button = html`<button type="button" class="button primary" @click=${show}>${renderIcon("up")}${text}</button>`;
  return html`<div class="activity-new" role="status">${newCount === 0 ? "" : button}</div>`;
}

/** Renders that there are no events. `clear` removes the filters; `null` if none is set. */
export function renderEmpty(clear: (() => void) | null): TemplateResult {
  if (clear === null) {
    const hint = "Events appear here as soon as a service logs them.";
    return renderNotice({ icon: "inbox", title: "No activity yet", hint });
  }
  const action = html`<button type="button" class="button" @click=${clear}>Clear filters</button>`;
  return renderNotice({ icon: "filter", title: "No events match these filters", action });
}

/** Renders that the event of the address has not been read. */
export function renderUnread(close: () => void): TemplateResult {
  return html`<div class="bar" role="status">
    ${renderIcon("search")}
    <span>The event of this address is not among those that were read. It may be older, or the filters exclude it.</span>
    <button type="button" class="button" @click=${close}>Close</button>
  </div>`;
}
