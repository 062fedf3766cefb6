import type { Row } from "#shared/audit/evaluate.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** Columns that an answer about one field has besides those of its query. */
export const changeColumns = ["old", "new"] as const;

/** The row with what the field was and became; the row as it is without a field. */
export function withChangeOf(field: string | null, row: Row): Row {
  if (field === null) return row;
  const changes = parsed(row.changed_values);
  const change = isJsonObject(changes) && Object.hasOwn(changes, field) ? changes[field] : null;
  const [old, now] = isJsonObject(change) ? [shown(change.old), shown(change.new)] : [null, null];
  return { ...row, old, new: now };
}

/**
 * Texts as they are, the empty one and anything else as JSON: `""` and `null` are what the field had, an empty cell
 * means that it is not known.
 */
function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value ?? null);
}

function parsed(text: string | number | null | undefined): unknown {
  try {
    return JSON.parse(String(text ?? "null"));
  } catch {
    return null;
  }
}
