import { html, type TemplateResult } from "lit";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import { getStatusTone } from "#clients/timeline/format/event-style.ts";
import { type FieldValue, formatFieldName, formatFieldValue } from "#clients/timeline/format/field-value.ts";
import { en } from "#clients/timeline/locales/en.ts";

/** English words, and numbers and dates as the browser writes them. */
const messages = { ...en, language: new Intl.DateTimeFormat().resolvedOptions().locale };

/** Returns the name of a field: `Due date`. */
export function nameField(field: string): string {
  return formatFieldName(field, en);
}

/** Returns the value of a field as people read it. `currency` is that of the document, if it is known. */
export function formatValue(field: string, value: unknown, currency: unknown): string {
  return toFieldValue(field, value, currency).text;
}

/** Renders the value of a field as people read it. `currency` is that of the document, if it is known. */
export function renderValue(field: string, value: unknown, currency: unknown): TemplateResult {
  const { kind, text, status = "" } = toFieldValue(field, value, currency);
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

function toFieldValue(field: string, value: unknown, currency: unknown): FieldValue {
  const format = (item: unknown) => formatFieldValue(field, item, { messages, currency, timeZone: undefined });
  if (!Array.isArray(value) || value.some((item) => typeof item === "object" && item !== null)) return format(value);
  if (value.length === 0) return format(null);
  return { kind: "text", text: toDisplayText(value.map((item) => format(item).text).join(", ")) };
}
