import { bounded } from "./bounded-text.ts";
import { lineWithinLimit, maxFieldBytes } from "./line-text.ts";
import type { TamperLine } from "./lines.ts";

/** An item of the table by its attributes, whatever they hold. */
export type Image = Readonly<Record<string, unknown>>;

export type TamperRecord = {
  /** `MODIFY` or `REMOVE`; `INSERT` of what is no event. */
  readonly operation: string;
  readonly recordId: string;
  readonly before: Image | undefined;
  readonly after: Image | undefined;
  readonly principal: string | undefined;
  readonly stored: Date;
  readonly sequenceNumber: string;
  readonly now: Date;
};

/** Bytes of an image that stays an object: two and the fields are below 256 KB. Hardly any event is so large. */
const maxImageBytes = 100_000;

/** The alarming line of a record that only tampering can make, with all that is known of it. */
export function tamperLine({
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
    return typeof value === "string" ? bounded(value, maxFieldBytes) : undefined;
  };
  return {
    time: stored.toISOString(),
    message: "tamper",
    record_id: recordId,
    operation: bounded(operation, maxFieldBytes),
    event_id: known("event_id"),
    org_id: known("org_id"),
    entity_id: known("entity_id"),
    sequence_number: bounded(sequenceNumber, maxFieldBytes),
    lag_ms: Math.max(0, now.getTime() - stored.getTime()),
    principal: principal === undefined ? undefined : bounded(principal, maxFieldBytes),
    before: before === undefined ? undefined : shown(before),
    after: after === undefined ? undefined : shown(after),
  };
}

/** An image; of one that is too large, its JSON as a bounded text. */
function shown(image: Image): Image | string {
  const text = JSON.stringify(image);
  return Buffer.byteLength(text) <= maxImageBytes ? image : bounded(text, maxImageBytes);
}

/** The text of the line, within the limit of the log. */
export function tamperLineText(line: TamperLine): string {
  return lineWithinLimit(line, JSON.stringify(line));
}
