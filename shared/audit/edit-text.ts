import type { JsonObject } from "#shared/events/text/json.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { boundText } from "#shared/platform/text/bounded-text.ts";

/** Bytes of the text at most: it is repeated in the line for one column, and `changes` has every value whole. */
const maxEditBytes = 2_048;

const maxValueLength = 100;

/** An edit in one text: `2026-05-11T08:30:12.000Z Anna (usr_9): due_date "2026-03-01" → "2026-04-01"; total 1 → 2`. */
export function formatEdit(occurredAt: string, actor: string, changes: JsonObject): string {
  const fields = Object.entries(changes).map(([field, change]) =>
    isJsonObject(change) ? `${field} ${shown(change.old)} → ${shown(change.new)}` : field,
  );
  return boundText(`${occurredAt} ${actor}: ${fields.join("; ")}`, maxEditBytes);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength - 1).toWellFormed()}…`;
}
