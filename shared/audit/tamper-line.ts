import { boundText } from "#shared/platform/text/bounded-text.ts";
import { limitLine, maxFieldBytes } from "./limit-line.ts";
import type { TamperLine } from "./line-types.ts";

/** An item of the table by its attributes, with any values. */
export type ItemImage = Readonly<Record<string, unknown>>;

export type TamperRecord = {
  /** `MODIFY`, `REMOVE`, or `INSERT` of an item that is not an event. */
  readonly operation: string;
  readonly recordId: string;
  readonly before: ItemImage | undefined;
  readonly after: ItemImage | undefined;
  readonly principal: string | undefined;
  readonly stored: Date;
  readonly sequenceNumber: string;
  readonly now: Date;
};

/** Maximum bytes of an image that stays an object: two of them and the fields are below 256 KB. */
const maxImageBytes = 100_000;

/** Returns the audit line of a record that only tampering can cause. It triggers an alarm. */
export function toTamperLine({
  operation,
  recordId,
  before,
  after,
  principal,
  stored,
  sequenceNumber,
  now,
}: TamperRecord): TamperLine {
  const known = (name: string): string | undefined => {
    const value = before?.[name] ?? after?.[name];
    return typeof value === "string" ? boundText(value, maxFieldBytes) : undefined;
  };
  return {
    time: stored.toISOString(),
    message: "tamper",
    record_id: recordId,
    operation: boundText(operation, maxFieldBytes),
    event_id: known("event_id"),
    org_id: known("org_id"),
    entity_id: known("entity_id"),
    sequence_number: boundText(sequenceNumber, maxFieldBytes),
    lag_ms: Math.max(0, now.getTime() - stored.getTime()),
    principal: principal === undefined ? undefined : boundText(principal, maxFieldBytes),
    before: before === undefined ? undefined : limitImage(before),
    after: after === undefined ? undefined : limitImage(after),
  };
}

/** Returns the image; if it is too large, the beginning of its JSON as text. */
function limitImage(image: ItemImage): ItemImage | string {
  const text = JSON.stringify(image);
  return Buffer.byteLength(text) <= maxImageBytes ? image : boundText(text, maxImageBytes);
}

/** Formats the line as JSON within the limit of the log. */
export function formatTamperLine(line: TamperLine): string {
  return limitLine(line, JSON.stringify(line));
}
