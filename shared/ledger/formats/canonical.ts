import { canonicalJson } from "./canonical-json.ts";

/** An item of the events table as its stream or a read returns it: values with their types, as `{ S: "text" }`. */
export type ItemImage = Readonly<Record<string, object>>;

/** A change of the events table. Images are absent as in the record of the stream. */
export type ItemChange = {
  /** `INSERT`, `MODIFY` or `REMOVE`. */
  readonly operation: string;
  readonly key: ItemImage;
  readonly old: ItemImage | null;
  readonly new: ItemImage | null;
};

const keyAttributes: ReadonlySet<string> = new Set(["timeline", "position"]);

/**
 * Returns the canonical form of an event: its item as stored, without its key, whose parts the other attributes repeat.
 * Each value is the stored string, so that JSON in it stays as it was written.
 */
export function canonicalEvent(item: ItemImage): string {
  const attributes = Object.entries(item).filter(([name]) => !keyAttributes.has(name));
  const texts = attributes.flatMap(([name, value]) =>
    "S" in value && typeof value.S === "string" ? [[name, value.S]] : [],
  );
  // Only an item that is not an event has other types. It keeps them, so that its digest is that of no event.
  return canonicalJson(Object.fromEntries(texts.length === attributes.length ? texts : attributes));
}

/** Returns the canonical form of a change: whole images in DynamoDB's JSON, `null` for an absent one. */
export function canonicalChange({ operation, key, old, new: added }: ItemChange): string {
  return canonicalJson({ operation, key, old, new: added });
}
