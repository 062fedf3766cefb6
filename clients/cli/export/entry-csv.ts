import { byteOrderMark, formatCsvLine } from "#clients/csv/format-csv.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import type { ExportedEntry } from "#shared/ledger/pack/entry-line.ts";
import { parseJson } from "#shared/platform/json.ts";

/** The fields of the event in a table. */
const eventColumns = [
  "occurred_at",
  "recorded_at",
  "action",
  "entity_type",
  "entity_id",
  "entity_ref",
  "actor_user_id",
  "changes",
  "metadata",
  "event_id",
] as const;

export const entryCsvHeader = `${byteOrderMark}${formatCsvLine(["sequence", "sealed_at", ...eventColumns, "reason"])}\r\n`;

/** Returns an entry as a line of CSV. A table is for reading: only the lines of NDJSON can be verified. */
export function formatEntryCsv({ sequence, sealed_at, event, reason }: ExportedEntry): string {
  const parsed = event === null ? null : parseJson(event);
  const fields = isJsonObject(parsed) ? parsed : {};
  const cells = eventColumns.map((name) => (typeof fields[name] === "string" ? fields[name] : null));
  return `${formatCsvLine([sequence, sealed_at, ...cells, reason ?? null])}\r\n`;
}
