import type { ActivityEvent } from "#clients/client/finzbooks/finzbooks-client.ts";
import { byteOrderMark, type CsvCell, formatCsvLine } from "#clients/csv/format-csv.ts";

/** How the events of an export are written. */
export type ExportFormat = {
  readonly name: "csv" | "jsonl";
  readonly mediaType: string;
  /** The text before the events. */
  readonly head: string;
  /** Returns the line of an event with its end. */
  formatEvent(event: ActivityEvent): string;
};

/** RFC 4180, section 2: each line ends with CRLF. */
const lineEnd = "\r\n";

const columns: readonly (readonly [name: string, toCell: (event: ActivityEvent) => CsvCell | undefined])[] = [
  ["occurred_at", ({ occurred_at }) => occurred_at],
  ["event_id", ({ event_id }) => event_id],
  ["action", ({ action }) => action],
  ["entity_type", ({ entity_type }) => entity_type],
  ["entity_id", ({ entity_id }) => entity_id],
  ["entity_ref", ({ entity_ref }) => entity_ref],
  ["actor_user_id", ({ actor_user_id }) => actor_user_id],
  ["actor_name", ({ actor }) => actor?.name],
  ["actor_type", ({ actor }) => actor?.type],
  ["on_behalf_of_user_id", ({ actor }) => actor?.on_behalf_of?.user_id],
  ["text", ({ text }) => text],
  ["changes", ({ changes }) => toJson(changes)],
  ["metadata", ({ metadata }) => toJson(metadata)],
  ["related", ({ related }) => toJson(related)],
];

/** A table (RFC 4180) that spreadsheets run no formula of; objects are in their cells as JSON. */
export const csv: ExportFormat = {
  name: "csv",
  mediaType: "text/csv",
  head: byteOrderMark + formatCsvLine(columns.map(([name]) => name)) + lineEnd,
  formatEvent: (event) => formatCsvLine(columns.map(([, toCell]) => toCell(event) ?? null)) + lineEnd,
};

/** One JSON object in each line, as the API returns it. */
export const jsonl: ExportFormat = {
  name: "jsonl",
  mediaType: "application/x-ndjson",
  head: "",
  formatEvent: (event) => `${JSON.stringify(event)}\n`,
};

export const exportFormats: readonly ExportFormat[] = [csv, jsonl];

function toJson(value: object | null | undefined): string | null {
  if (value === null || value === undefined || Object.keys(value).length === 0) return null;
  return JSON.stringify(value);
}
