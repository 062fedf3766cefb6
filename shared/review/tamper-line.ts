import type { TamperLine } from "./lines.ts";

/** An item of the table by its attributes, whatever they hold. */
export type Image = Readonly<Record<string, unknown>>;

export type TamperRecord = {
  /** `MODIFY` or `REMOVE`; `INSERT` of what is no event. */
  readonly operation: string;
  readonly before: Image | undefined;
  readonly after: Image | undefined;
  readonly principal: string | undefined;
  readonly stored: Date;
  readonly sequenceNumber: string;
  readonly now: Date;
};

/** Bytes: two images fit into a line of 1 MiB, and an event of this log is far smaller. */
const maxImageBytes = 400_000;

/** Characters that are left of what is larger: at most six bytes each, once they are escaped. */
const cutImageLength = 60_000;

/** The alarming line of a record that only tampering can make, with all that is known of it. */
export function tamperLine({
  operation,
  before,
  after,
  principal,
  stored,
  sequenceNumber,
  now,
}: TamperRecord): TamperLine {
  const known = (name: string): string | undefined => {
    const value = before?.[name] ?? after?.[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    time: stored.toISOString(),
    message: "tamper",
    operation,
    event_id: known("event_id"),
    org_id: known("org_id"),
    entity_id: known("entity_id"),
    sequence_number: sequenceNumber,
    lag_ms: now.getTime() - stored.getTime(),
    principal,
    before: before === undefined ? undefined : shown(before),
    after: after === undefined ? undefined : shown(after),
  };
}

/** The beginning of an image that would not fit into a line of CloudWatch; no event of this log is so large. */
function shown(image: Image): Image | string {
  const text = JSON.stringify(image);
  return new TextEncoder().encode(text).length <= maxImageBytes
    ? image
    : `${text.slice(0, cutImageLength).toWellFormed()} … cut`;
}
