import { html, nothing, type TemplateResult } from "lit";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { lookup } from "#clients/timeline/format/lookup.ts";
import { formatSentence, type SentencePart } from "#clients/timeline/format/sentence.ts";
import { renderAvatar } from "./avatar-view.ts";
import { renderChanges } from "./changes-view.ts";
import { renderDetails } from "./details-view.ts";
import { renderEntity } from "./entity-view.ts";
import { renderIcon } from "./icons.ts";
import type { ViewContext } from "./view-context.ts";

/** Renders an event as an item of a list. */
export function renderEvent(event: TimelineEvent, context: ViewContext): TemplateResult {
  const { messages } = context;
  const isExpanded = context.isExpanded(event.id);
  const parts = formatSentence(event, messages).map((part) => renderPart(part, event, context));
  const actorType = lookup(messages.actorTypes, event.actor.type ?? "");
  const badge = actorType === undefined ? "" : html` <span part="badge" class="label">${actorType}</span>`;
  return html`<li part="event" class="event ${isExpanded ? "expanded" : ""}">
    ${renderAvatar(event, context)}
    <div class="body">
      <div class="line">
        <p part="sentence" class="sentence">${parts}${badge}</p>
        ${renderTime(event, isExpanded, context)}
      </div>
      ${renderChanges(event, context)}
      <div id="details-${event.id}" class="panel" ?hidden=${!isExpanded}>
        ${isExpanded ? renderDetails(event, context) : nothing}
      </div>
    </div>
  </li>`;
}

function renderPart({ kind, text }: SentencePart, event: TimelineEvent, context: ViewContext): TemplateResult | string {
  if (kind === "text") return text;
  if (kind === "document") return renderEntity(event.entity, text, context);
  return html`<bdi class="actor">${text}</bdi>`;
}

/** The time opens the details, so that each event has one stop of the Tab key. */
function renderTime(event: TimelineEvent, isExpanded: boolean, context: ViewContext): TemplateResult {
  const { times, nowMs, messages } = context;
  const exact = times.formatExact(event.occurredAtMs);
  return html`<button
    type="button"
    part="time"
    class="time"
    data-tip=${exact}
    aria-expanded=${isExpanded}
    aria-controls="details-${event.id}"
    @click=${() => context.toggle(event.id)}
  ><time datetime=${new Date(event.occurredAtMs).toISOString()}
      ><span class="relative">${times.formatRelative(event.occurredAtMs, nowMs)}</span
      ><span class="comma unseen">, </span
      ><span class="exact">${exact}</span></time
    ><span class="unseen">, ${messages.details}</span>${renderIcon("chevron")}</button>`;
}
