import { html, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { groupByDay } from "#clients/timeline/format/day-groups.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { formatPlural } from "#clients/timeline/locales/resolve-messages.ts";
import type { TimelineState } from "#clients/timeline/store/timeline-state.ts";
import { renderEvent } from "./event-view.ts";
import { renderIcon } from "./icons.ts";
import { renderNotice, renderSkeleton, toNotice } from "./status-view.ts";
import type { ViewContext } from "./view-context.ts";

/** What a reader can do with the list. */
export type TimelineActions = {
  loadMore(): void;
  retry(): void;
  showNewEvents(): void;
  /** `null` if no filter is set. */
  readonly clearFilters: (() => void) | null;
  /** Changes whenever all events must be rendered again. */
  readonly revision: unknown;
};

/** Renders the events by day, or what there is instead of them. */
export function renderTimeline(state: TimelineState, context: ViewContext, actions: TimelineActions): TemplateResult {
  const { messages, nowMs } = context;
  const notice = toNotice(state.status, messages, nowMs);
  const retry = notice?.canRetry ? { text: messages.retry, run: actions.retry } : null;
  if (state.events.length === 0) {
    if (notice !== null) return renderNotice(notice, false, retry);
    return state.status.kind === "ready" && !state.hasMore ? renderEmpty(messages, actions) : renderSkeleton(6);
  }
  return html`${notice === null ? "" : renderNotice(notice, true, retry)} ${renderArrivals(state, messages, actions)}
    ${renderDays(state.events, context, actions)} ${renderEnd(state, messages, actions)}`;
}

/** Renders the outline of a timeline whose words are being loaded. */
export function renderLoading(): TemplateResult {
  return html`<div part="timeline" aria-busy="true">${renderSkeleton(6)}</div>`;
}

/** Returns what assistive technology says when the state changes. */
export function toAnnouncement({ status, newCount, hasUncountedNew }: TimelineState, messages: Messages): string {
  const notice = toNotice(status, messages, 0);
  if (notice !== null) return notice.title;
  if (status.kind === "loading") return messages.loading;
  return newCount === 0 ? "" : formatNewEvents(newCount, hasUncountedNew, messages);
}

function formatNewEvents(count: number, isAtLeast: boolean, { newEvents, language }: Messages): string {
  return formatPlural(newEvents, count, language, isAtLeast ? "+" : "");
}

function renderArrivals(
  { newCount, hasUncountedNew }: TimelineState,
  messages: Messages,
  { showNewEvents }: TimelineActions,
): TemplateResult | "" {
  if (newCount === 0) return "";
  return html`<div class="arrivals">
    <button type="button" part="new-events" class="new" @click=${showNewEvents}>
      ${renderIcon("up")}${formatNewEvents(newCount, hasUncountedNew, messages)}
    </button>
  </div>`;
}

function renderDays(
  events: readonly TimelineEvent[],
  context: ViewContext,
  { revision }: TimelineActions,
): readonly TemplateResult[] {
  const { times, nowMs, isExpanded, copied, verificationOf } = context;
  return groupByDay(events, times.toDay).map(({ day, events: grouped }) => {
    const startMs = grouped[0]?.occurredAtMs ?? 0;
    const age = times.formatAge(startMs, nowMs);
    return html`<section aria-labelledby="day-${day}">
      <h3 part="day" class="day" id="day-${day}" tabindex="-1">
        ${times.formatDay(startMs, nowMs)}${age === null ? "" : html`<span class="age">${age}</span>`}
      </h3>
      <ol role="list">${grouped.map((event) => {
        const time = times.formatRelative(event.occurredAtMs, nowMs);
        const expansion = isExpanded(event.id) ? copied : false;
        const verification = isExpanded(event.id) ? verificationOf(event) : null;
        return guard([event, time, expansion, verification, revision], () => renderEvent(event, context));
      })}</ol>
    </section>`;
  });
}

function renderEmpty(messages: Messages, { clearFilters }: TimelineActions): TemplateResult {
  const notice = { icon: "list", canRetry: false } as const;
  if (clearFilters === null) {
    return renderNotice({ ...notice, title: messages.empty, hint: messages.emptyHint }, false, null);
  }
  const action = { text: messages.clearFilters, run: clearFilters };
  return renderNotice({ ...notice, title: messages.noMatch, hint: "" }, false, action);
}

function renderEnd({ status, hasMore }: TimelineState, messages: Messages, actions: TimelineActions): TemplateResult {
  if (!hasMore) return html`<p class="end">${messages.end}</p>`;
  if (status.kind === "loading_more") return renderSkeleton(3);
  return html`<button type="button" part="button" class="more" @click=${actions.loadMore}>${messages.loadMore}</button>`;
}
