import { html, type TemplateResult } from "lit";
import { locale } from "#clients/console/ui/locale.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import type { FeedState } from "./feed/activity-feed.ts";

export type SummaryActions = { retry(): void; readAll(): void; stop(): void };

const number = new Intl.NumberFormat(locale);
const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** Renders how many events have been read, how far back, and whether that is all. */
export function renderSummary(state: FeedState, actions: SummaryActions): TemplateResult {
  return html`<div class="activity-summary">${renderCoverage(state)}${renderProgress(state, actions)}</div>`;
}

function renderCoverage({ events, hasMore }: FeedState): TemplateResult {
  const count = html`<strong>${number.format(events.length)} ${events.length === 1 ? "event" : "events"}</strong>`;
  const oldest = events.at(-1);
  if (!hasMore) return html`<span>${count} in total</span>`;
  if (oldest === undefined) return html`<span>${count} so far</span>`;
  return html`<span>${count} read, back to ${date.format(oldest.timeMs)}. Older ones exist.</span>`;
}

function renderProgress({ failure, isReading, isReadingAll, hasMore }: FeedState, actions: SummaryActions) {
  if (failure !== null) {
    return html`<span role="alert">Reading has stopped: ${formatFailure(failure)}</span>
      <button type="button" class="button" @click=${actions.retry}>Continue</button>`;
  }
  if (isReading && isReadingAll) {
    return html`<progress aria-label="Reading all events"></progress>
      <button type="button" class="button" @click=${actions.stop}>Stop</button>`;
  }
  if (isReading) return html`<span>Reading…</span>`;
  return hasMore ? html`<button type="button" class="button" @click=${actions.readAll}>Read all</button>` : "";
}
