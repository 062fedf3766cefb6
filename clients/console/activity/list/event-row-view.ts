import { html, type TemplateResult } from "lit";
import { type FeedEvent, toTimelineEvent } from "#clients/console/activity/feed/feed-event.ts";
import { messages } from "#clients/console/activity/messages.ts";
import { renderAvatar } from "#clients/console/ui/avatar.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { formatExactTime } from "#clients/console/ui/time-format.ts";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { toActorName } from "#clients/timeline/format/actor-name.ts";
import { getEventStyle } from "#clients/timeline/format/event-style.ts";
import { formatFieldName, formatFieldValue } from "#clients/timeline/format/field-value.ts";
import { lookup } from "#clients/timeline/format/lookup.ts";
import { formatSentence, toVerb } from "#clients/timeline/format/sentence.ts";

const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const date = new Intl.DateTimeFormat(locale, { dateStyle: "full" });

/** Renders the heading of a day. */
export function renderDayRow(timeMs: number): TemplateResult {
  return html`<div class="event-day" role="row"><span role="gridcell">${date.format(timeMs)}</span></div>`;
}

/** Renders an event as one line: the time, what happened, what changed. */
export function renderEventRow(feedEvent: FeedEvent, row: number, isActive: boolean): TemplateResult {
  const event = toTimelineEvent(feedEvent);
  const badge = lookup(messages.actorTypes, event.actor.type ?? "");
  return html`<div
    class="event-row ${isActive ? "active" : ""}"
    role="row"
    id="row-${feedEvent.id}"
    aria-rowindex=${row + 1}
    aria-selected=${isActive}
    data-id=${feedEvent.id}
  >
    <span role="gridcell" class="event-time" data-tip=${formatExactTime(feedEvent.timeMs)}>${clock.format(feedEvent.timeMs)}</span>
    <span role="gridcell" class="event-what">
      ${renderSymbol(event)}
      <span class="event-sentence">${formatSentence(event, messages).map(({ kind, text }) =>
        kind === "text" ? text : html`<bdi class=${kind}>${text}</bdi>`,
      )}</span>
      ${badge === undefined ? "" : html`<span class="tag">${badge}</span>`}
    </span>
    <span role="gridcell" class="event-changes"><bdi>${summarizeChanges(event)}</bdi></span>
  </div>`;
}

/** Renders the initials of the actor; the icon of the event if the system acted. */
export function renderSymbol(event: TimelineEvent): TemplateResult {
  const name = toActorName(event.actor);
  if (name !== null) return renderAvatar(event.actor.id ?? name, name);
  const { icon, tone } = getEventStyle(toVerb(event));
  return html`<span class="avatar symbol tone-${tone}" aria-hidden="true">${renderIcon(icon)}</span>`;
}

/** Returns the first change and how many more there are: `Status: Sent → Paid +2`. */
function summarizeChanges({ changes, metadata }: TimelineEvent): string {
  const [first, ...more] = changes;
  if (first === undefined) return "";
  const context = { messages, currency: metadata.currency, timeZone: undefined };
  const [old, now] = [first.old, first.new].map((value) => formatFieldValue(first.field, value, context));
  const before = old?.kind === "empty" ? "" : `${old?.text} → `;
  return `${formatFieldName(first.field, messages)}: ${before}${now?.text}${more.length > 0 ? `  +${more.length}` : ""}`;
}
