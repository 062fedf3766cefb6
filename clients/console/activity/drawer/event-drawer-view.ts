import { html, type TemplateResult } from "lit";
import { type FeedEvent, toTimelineEvent } from "#clients/console/activity/feed/feed-event.ts";
import { renderSymbol } from "#clients/console/activity/list/event-row-view.ts";
import { messages } from "#clients/console/activity/messages.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import "#clients/console/ui/copy-button.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { formatExactTime } from "#clients/console/ui/time-format.ts";
import "#clients/console/verification/event-verification.ts";
import type { TimelineEntity, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { listMetadata } from "#clients/timeline/format/details.ts";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import { formatEntity, formatSentence } from "#clients/timeline/format/sentence.ts";
import { renderDiff } from "./diff-view.ts";

export type EventDrawer = {
  readonly context: PageContext;
  readonly event: FeedEvent;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** Returns the address of the page of a document; `null` if it has none. */
  documentHref(entity: TimelineEntity): string | null;
  /** Returns the address of the activity with another filter. */
  filterHref(name: "actor_user_id" | "action", value: string): string;
  move(step: number): void;
  close(): void;
};

/** Renders all that is known of an event, beside the list. */
export function renderEventDrawer(drawer: EventDrawer): TemplateResult {
  const event = toTimelineEvent(drawer.event);
  const parts = formatSentence(event, messages).map(({ kind, text }) =>
    kind === "text" ? text : html`<bdi>${text}</bdi>`,
  );
  return html`<div class="drawer" role="dialog" aria-labelledby="event-title">
    <div class="drawer-head">
      ${renderSymbol(event)}
      <h2 id="event-title" tabindex="-1">${parts}</h2>
      ${renderStep("Previous event", "previous", "k", drawer.hasPrevious, () => drawer.move(-1))}
      ${renderStep("Next event", "next", "j", drawer.hasNext, () => drawer.move(1))}
      <button type="button" class="button plain icon-only" aria-label="Close" data-tip="Close (Esc)" @click=${drawer.close}>
        ${renderIcon("close")}
      </button>
    </div>
    <div class="drawer-body">
      <div class="event-head">
        <p class="muted"><bdi>${formatExactTime(event.occurredAtMs)}</bdi></p>
        <event-verification .context=${drawer.context} .event=${event}></event-verification>
      </div>
      ${renderSection("Changes", renderDiff(event))} ${renderSection("Event", renderFacts(event, drawer))}
      ${renderSection("Metadata", renderMetadata(event))} ${renderSection("Related", renderRelated(event, drawer))}
      ${renderRaw(drawer.event)}
    </div>
  </div>`;
}

function renderStep(label: string, icon: "previous" | "next", key: string, isEnabled: boolean, move: () => void) {
  return html`<button
    type="button"
    class="button plain icon-only"
    aria-label=${label}
    data-tip="${label} (${key})"
    ?disabled=${!isEnabled}
    @click=${move}
  >${renderIcon(icon)}</button>`;
}

function renderSection(title: string, content: TemplateResult | null): TemplateResult | "" {
  return content === null ? "" : html`<section class="event-section"><h3>${title}</h3>${content}</section>`;
}

function renderFacts(event: TimelineEvent, { documentHref, filterHref }: EventDrawer): TemplateResult {
  const { id, action, actor, entity } = event;
  const { onBehalfOf } = actor;
  return html`<dl class="facts">
    ${renderFact("Action", html`<a href=${filterHref("action", action)}>${toDisplayText(action)}</a>`)}
    ${renderFact("Document", renderDocument(entity, documentHref(entity)))}
    ${renderFact("Document ID", renderId(entity.id, "the document ID"))}
    ${actor.name === null ? "" : renderFact("Actor", html`<bdi>${toDisplayText(actor.name)}</bdi>`)}
    ${actor.id === null ? "" : renderFact("User ID", html`<a href=${filterHref("actor_user_id", actor.id)}><bdi class="mono">${toDisplayText(actor.id)}</bdi></a><copy-button .value=${actor.id} label="the user ID"></copy-button>`)}
    ${actor.type === null ? "" : renderFact("Actor type", html`${toDisplayText(actor.type)}`)}
    ${onBehalfOf === null ? "" : renderFact("On behalf of", html`<bdi>${toDisplayText(onBehalfOf.name ?? "")}</bdi> ${renderId(onBehalfOf.id, "the user ID")}`)}
    ${renderFact("Event ID", renderId(id, "the event ID"))}
  </dl>`;
}

function renderFact(name: string, value: TemplateResult): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function renderDocument(entity: TimelineEntity, href: string | null): TemplateResult {
  const name = html`<bdi>${formatEntity(entity, messages)}</bdi>`;
  return href === null ? name : html`<a href=${href}>${name}</a>`;
}

function renderId(id: string, label: string): TemplateResult {
  return html`<span class="event-id">
    <bdi class="mono">${toDisplayText(id)}</bdi><copy-button .value=${id} label=${label}></copy-button>
  </span>`;
}

function renderMetadata(event: TimelineEvent): TemplateResult | null {
  const metadata = listMetadata(event);
  if (metadata.length === 0) return null;
  return html`<dl class="facts">
    ${metadata.map(
      ({ name, text, value, isId }) =>
        html`<div>
        <dt><bdi>${name}</bdi></dt>
        <dd>${isId ? renderId(value, name) : html`<bdi>${text}</bdi>`}</dd>
      </div>`,
    )}
  </dl>`;
}

function renderRelated({ related }: TimelineEvent, { documentHref }: EventDrawer): TemplateResult | null {
  if (related.length === 0) return null;
  return html`<ul>
    ${related.map((entity) => html`<li>${renderDocument(entity, documentHref(entity))}</li>`)}
  </ul>`;
}

function renderRaw({ raw }: FeedEvent): TemplateResult {
  const json = JSON.stringify(raw, null, 2);
  return html`<details class="event-raw">
    <summary>JSON</summary>
    <div class="event-json">
      <copy-button .value=${json} label="the JSON"></copy-button>
      <pre class="code" tabindex="0" dir="ltr">${json}</pre>
    </div>
  </details>`;
}
