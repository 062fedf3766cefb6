import type { JsonObject } from "#shared/events/text/json.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { boundText } from "#shared/platform/text/bounded-text.ts";

/** Maximum bytes of the text. It only feeds one column of a query; `changes` has the full values. */
const maxEditBytes = 2_048;

const maxValueLength = 100;

/**
 * Formats an edit as one text: `2026-05-11T08:30:12.000Z Anna (usr_9): due_date "2026-03-01" → "2026-04-01"; total 1 →
 * 2`.
 */
export function formatEdit(occurredAt: string, actor: string, changes: JsonObject): string {
  const fields = Object.entries(changes).map(([field, change]) =>
    isJsonObject(change) ? `${field} ${shortValue(change.old)} → ${shortValue(change.new)}` : field,
  );
  return boundText(`${occurredAt} ${actor}: ${fields.join("; ")}`, maxEditBytes);
}

function shortValue(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength - 1).toWellFormed()}…`;
}
