import { html, type TemplateResult } from "lit";
import { messages } from "#clients/console/activity/messages.ts";
import type { TimelineChange, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { getStatusTone } from "#clients/timeline/format/event-style.ts";
import { type FieldContext, formatFieldName, formatFieldValue } from "#clients/timeline/format/field-value.ts";

/** Renders every changed field as its old and its new value; `null` if the event changed none. */
export function renderDiff({ changes, metadata }: TimelineEvent): TemplateResult | null {
  if (changes.length === 0) return null;
  const currency = metadata.currency ?? changes.find(({ field }) => field === "currency")?.new;
  const context: FieldContext = { messages, timeZone: undefined, currency };
  return html`<table class="diff">
    <thead class="unseen">
      <tr><th scope="col">Field</th><th scope="col">Old</th><th scope="col">New</th></tr>
    </thead>
    <tbody>${changes.map((change) => renderChange(change, context))}</tbody>
  </table>`;
}

function renderChange({ field, old, new: now }: TimelineChange, context: FieldContext): TemplateResult {
  return html`<tr>
    <th scope="row"><bdi>${formatFieldName(field, messages)}</bdi></th>
    <td class="diff-old">${renderValue(field, old, context)}</td>
    <td class="diff-new">${renderValue(field, now, context)}</td>
  </tr>`;
}

function renderValue(field: string, value: unknown, context: FieldContext): TemplateResult {
  const { kind, text, status } = formatFieldValue(field, value, context);
  if (status === undefined) return html`<bdi class="diff-value ${kind}">${text}</bdi>`;
  return html`<bdi class="pill tone-${getStatusTone(status)}">${text}</bdi>`;
}
