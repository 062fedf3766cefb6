const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const time = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** Returns a time as `12 May 2026 at 07:51 UTC`. */
export function formatTime(value: string | number): string {
  return `${time.format(new Date(value))} UTC`;
}

/** Returns the name of a field or status in words: `Amount due`. */
export function formatName(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).toLowerCase()}`.replaceAll("_", " ");
}

/**
 * Returns the value of a field as people read it: a status in words, a date, an amount in its currency. Any other value is
 * shown as it is, because services may log any field with any value.
 */
export function formatValue(field: string, value: unknown, currency: unknown): string {
  if (value === null || value === "") return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (field === "status") return formatName(text);
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return date.format(new Date(text));
  if (!/amount|total|paid/.test(field) || !isDecimal(text) || !/^[A-Z]{3}$/.test(String(currency))) return text;
  // The text is formatted, not a number: a floating point number would change large amounts.
  return new Intl.NumberFormat("en-GB", { style: "currency", currency: String(currency) }).format(text);
}

function isDecimal(text: string): text is Intl.StringNumericLiteral {
  return /^-?\d{1,30}(\.\d{1,10})?$/.test(text);
}
