import { html, type TemplateResult } from "lit";
import type { TimelineChange, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { getStatusTone } from "#clients/timeline/format/event-style.ts";
import { type FieldContext, formatFieldName, formatFieldValue } from "#clients/timeline/format/field-value.ts";
import { renderIcon } from "./icons.ts";
import type { ViewContext } from "./view-context.ts";

/** An event may change thousands of fields. */
const maxChanges = 20;

/** Renders the changed fields of an event as old → new. */
export function renderChanges(event: TimelineEvent, { messages, timeZone }: ViewContext): TemplateResult | "" {
  if (event.changes.length === 0) return "";
  const currency = event.metadata.currency ?? event.changes.find(({ field }) => field === "currency")?.new;
  const context = { messages, timeZone, currency };
  const more = event.changes.length - maxChanges;
  return html`<dl part="changes" class="changes">
    ${event.changes.slice(0, maxChanges).map((change) => renderChange(change, context))}
    ${more > 0 ? html`<div><dt>+${more}</dt></div>` : ""}
  </dl>`;
}

function renderChange({ field, old, new: now }: TimelineChange, context: FieldContext): TemplateResult {
  const { messages } = context;
  const isNew = old === null || old === "";
  const before = isNew
    ? ""
    : html`<span class="unseen">${messages.from}</span> ${renderValue(field, old, context)}
        <span class="unseen">${messages.to}</span>${renderIcon("arrow")}`;
  return html`<div>
    <dt><bdi>${formatFieldName(field, messages)}</bdi></dt>
    <dd>${before} ${renderValue(field, now, context)}</dd>
  </div>`;
}

function renderValue(field: string, value: unknown, context: FieldContext): TemplateResult {
  const { kind, text, status } = formatFieldValue(field, value, context);
  if (status === undefined) return html`<bdi class="value ${kind}">${text}</bdi>`;
  return html`<bdi part="status" class="status tone-${getStatusTone(status)}">${text}</bdi>`;
}
