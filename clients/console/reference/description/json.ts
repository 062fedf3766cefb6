export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns the object, or an empty one for any other value. */
export function toObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the text, or an empty one for any other value. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
