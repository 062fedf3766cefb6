/** A document, as the database of the platform has it. Without `updated_at` and `version`, any event of it counts. */
export type DocumentState = {
  readonly entity_type: string;
  readonly entity_id: string;
  /** When it was changed last. ISO 8601 with an offset. */
  readonly updated_at?: string | null | undefined;
  /** The version that events have in `metadata.version`, or as the new value of `changes.version`. */
  readonly version?: string | number | null | undefined;
};

/** What the API lists of an event. */
export type ListedEvent = {
  readonly event_id: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly occurred_at: string;
  readonly changes?: unknown;
  readonly metadata?: unknown;
};

/** Returns the version that an event has; `null` if it has none. */
export function versionOf({ changes, metadata }: Pick<ListedEvent, "changes" | "metadata">): string | null {
  const version = fieldOf(metadata, "version") ?? fieldOf(fieldOf(changes, "version"), "new");
  return typeof version === "string" || typeof version === "number" ? String(version) : null;
}

/** Whether an event says when or in which version a document was changed, and is as new as the document. */
export function isAsNew(event: ListedEvent, document: DocumentState, toleranceMs: number): boolean {
  if (document.version !== undefined && document.version !== null) {
    const version = versionOf(event);
    return version !== null && isVersionReached(version, String(document.version));
  }
  const updatedAt = timeOf(document);
  return updatedAt === null || Date.parse(event.occurred_at) >= updatedAt - toleranceMs;
}

/** Returns when a document was changed, in Unix milliseconds; `null` if that is not known. */
export function timeOf({ updated_at }: DocumentState): number | null {
  return updated_at === undefined || updated_at === null ? null : Date.parse(updated_at);
}

const wholeNumber = /^\d+$/;

/** Whole numbers are compared by value. Of other texts, such as an ETag, only the same one is as new. */
function isVersionReached(version: string, expected: string): boolean {
  if (version === expected) return true;
  return wholeNumber.test(version) && wholeNumber.test(expected) && BigInt(version) > BigInt(expected);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
