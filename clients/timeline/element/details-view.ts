import { html, type TemplateResult } from "lit";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { type EventDetail, listMetadata } from "#clients/timeline/format/details.ts";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import { formatEntity } from "#clients/timeline/format/sentence.ts";
import { renderEntity } from "./entity-view.ts";
import { renderIcon } from "./icons.ts";
import { renderVerification } from "./verification-view.ts";
import type { ViewContext } from "./view-context.ts";

/** Renders the details of an event: its exact time, related entities, metadata and ids to copy. */
export function renderDetails(event: TimelineEvent, context: ViewContext): TemplateResult {
  const { messages, times } = context;
  const time = times.formatExact(event.occurredAtMs);
  const ids = [
    toId(messages.eventId, event.id),
    toId(messages.entityId, event.entity.id),
    toId(messages.userId, event.actor.id ?? ""),
  ].filter(({ value }) => value !== "");
  return html`<dl part="details" class="details">
    ${renderDetail({ name: messages.time, text: time, value: time, isId: false }, context)}
    ${renderVerification(event, context)}
    ${event.related.length === 0 ? "" : renderRelated(event, context)}
    ${[...listMetadata(event), ...ids].map((detail) => renderDetail(detail, context))}
  </dl>`;
}

function renderRelated({ related }: TimelineEvent, context: ViewContext): TemplateResult {
  const links = related.map(
    (entity) => html`<span>${renderEntity(entity, formatEntity(entity, context.messages), context)}</span>`,
  );
  return html`<div><dt>${context.messages.related}</dt><dd class="related">${links}</dd></div>`;
}

function toId(name: string, value: string): EventDetail {
  return { name, text: toDisplayText(value), value, isId: true };
}

function renderDetail({ name, text, value, isId }: EventDetail, context: ViewContext): TemplateResult {
  return html`<div>
    <dt><bdi>${name}</bdi></dt>
    <dd><bdi class=${isId ? "id" : ""}>${text}</bdi>${isId ? renderCopyButton(name, value, context) : ""}</dd>
  </div>`;
}

function renderCopyButton(name: string, value: string, { messages, copy, copied }: ViewContext): TemplateResult {
  const hasCopied = copied === value;
  const label = `${hasCopied ? messages.copied : messages.copy}: ${name}`;
  return html`<button type="button" class="copy" aria-label=${label} @click=${() => copy(value)}>
    ${renderIcon(hasCopied ? "check" : "copy")}
  </button>`;
}
