import type { AuditRow } from "#shared/audit/evaluate-query.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { parseJson } from "#shared/platform/json.ts";

/** The additional columns of a query for one field. */
export const changeColumns = ["old", "new"] as const;

/** Returns the row with the old and the new value of a field; unchanged without a field. */
export function withFieldChange(field: string | null, row: AuditRow): AuditRow {
  if (field === null) return row;
  const changes = parseJson(String(row.changed_values));
  const change = isJsonObject(changes) && Object.hasOwn(changes, field) ? changes[field] : null;
  if (!isJsonObject(change)) return { ...row, old: null, new: null };
  return { ...row, old: formatValue(change.old), new: formatValue(change.new) };
}

/** Formats a value as it is if it is text, otherwise as JSON. An empty cell means that the value is unknown. */
function formatValue(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value ?? null);
}
