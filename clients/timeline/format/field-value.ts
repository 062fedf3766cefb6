import type { Messages } from "#clients/timeline/locales/messages.ts";
import { capitalize, toDisplayText, toWords } from "./display-text.ts";
import { lookup } from "./lookup.ts";

/** How a value is shown. */
export type FieldValue = {
  readonly kind: "text" | "number" | "status" | "empty";
  readonly text: string;
  /** Of a status: the word of the wire. */
  readonly status?: string;
};

export type FieldContext = {
  readonly messages: Messages;
  /** The currency of the event's amounts, by ISO 4217, if it is known. */
  readonly currency: unknown;
  readonly timeZone: string | undefined;
};

/** Returns the name of a field: `Due date`. */
export function formatFieldName(field: string, messages: Messages): string {
  return lookup(messages.fields, field) ?? capitalize(toWords(field), messages.language);
}

/**
 * Returns the value of a field as people read it: an amount in its currency, a date, a status in words. Any other value is
 * shown as it is, because services may log any field with any value.
 */
export function formatFieldValue(field: string, value: unknown, context: FieldContext): FieldValue {
  const { messages } = context;
  if (value === null || value === undefined || value === "") return { kind: "empty", text: messages.none };
  if (typeof value === "boolean") return { kind: "text", text: value ? messages.yes : messages.no };
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (/(?:^|_)status$/.test(field)) return { kind: "status", text: formatStatus(text, messages), status: text };
  const moment = formatMoment(text, context);
  if (moment !== null) return { kind: "number", text: moment };
  if (isMoneyField(field) && isDecimal(text)) return { kind: "number", text: formatMoney(text, context) };
  return { kind: "text", text: toDisplayText(text) };
}

function formatStatus(status: string, messages: Messages): string {
  return lookup(messages.statuses, status.toUpperCase()) ?? capitalize(toWords(status), messages.language);
}

function formatMoment(text: string, { messages, timeZone }: FieldContext): string | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  const date = new Date(text);
  if (day === undefined || !isDay(day) || Number.isNaN(date.getTime())) return null;
  const options: Intl.DateTimeFormatOptions =
    time === undefined
      ? { dateStyle: "medium", timeZone: "UTC" }
      : { dateStyle: "medium", timeStyle: "short", timeZone };
  return new Intl.DateTimeFormat(messages.language, options).format(date);
}

/** Whether the month has that day: engines take 31 February for a day of March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function isMoneyField(field: string): boolean {
  return /(?:^|_)(?:amount|total|subtotal|balance|price|paid|due|tax|discount|fee)(?:_|$)/.test(field);
}

/** The text is formatted, not a number: a floating point number would change large amounts. */
function formatMoney(text: Intl.StringNumericLiteral, { messages, currency }: FieldContext): string {
  const isCurrency = typeof currency === "string" && /^[A-Z]{3}$/.test(currency);
  const options: Intl.NumberFormatOptions = isCurrency
    ? { style: "currency", currency }
    : { maximumFractionDigits: 10 };
  return new Intl.NumberFormat(messages.language, options).format(text);
}

function isDecimal(text: string): text is Intl.StringNumericLiteral {
  return /^-?\d{1,30}(\.\d{1,10})?$/.test(text);
}
