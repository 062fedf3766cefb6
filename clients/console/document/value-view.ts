import { html, type TemplateResult } from "lit";
import { getStatusTone } from "#clients/timeline/format/event-style.ts";
import { formatFieldName, formatFieldValue } from "#clients/timeline/format/field-value.ts";
import { en } from "#clients/timeline/locales/en.ts";

/** Returns the name of a field: `Due date`. */
export function nameField(field: string): string {
  return formatFieldName(field, en);
}

/** Renders the value of a field as people read it. `currency` is that of the document, if it is known. */
export function renderValue(field: string, value: unknown, currency: unknown): TemplateResult {
  const { kind, text, status = "" } = formatFieldValue(field, value, { messages: en, currency, timeZone: undefined });
  switch (kind) {
    case "status":
      return html`<span class="pill tone-${getStatusTone(status)}">${text}</span>`;
    case "empty":
      return html`<span class="muted">${text}</span>`;
    case "number":
    case "text":
      return html`<bdi>${text}</bdi>`;
  }
}
