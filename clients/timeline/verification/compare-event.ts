import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { canonicalJson } from "#shared/ledger/formats/canonical-json.ts";

/** A field of an event that is shown otherwise than the log has it. `null` stands for an absent value, too. */
export type FieldDifference = {
  /** `action`, or of a structured field also the key: `changes.status`. */
  readonly field: string;
  readonly shown: unknown;
  readonly logged: unknown;
};

/** The fields that a response has only if the request includes them. */
const includedFields: ReadonlySet<string> = new Set(["actor", "text", "related"]);

/**
 * Returns how an event of a response differs from the one in the log. `isPartial`: viewer tokens hide fields, so what is
 * absent is no difference. Fields that this release does not know are not compared.
 */
export function findDifferences(shown: JsonObject, logged: JsonObject, isPartial: boolean): readonly FieldDifference[] {
  return Object.keys(logged)
    .filter((field) => !includedFields.has(field) || (Object.hasOwn(shown, field) && !isReworded(field, isPartial)))
    .flatMap((field) => compareField(field, fieldOf(shown, field), fieldOf(logged, field), isPartial));
}

/** The API words the text anew where the writer's own could repeat what the token hides. */
function isReworded(field: string, isPartial: boolean): boolean {
  return isPartial && field === "text";
}

function compareField(field: string, shown: unknown, logged: unknown, isPartial: boolean): FieldDifference[] {
  if (isPartial && isPartOf(shown, logged)) return [];
  if (!isJsonObject(shown) || !isJsonObject(logged)) return compareValue(field, shown, logged);
  const keys = new Set([...Object.keys(shown), ...(isPartial ? [] : Object.keys(logged))]);
  return [...keys].flatMap((key) => {
    const value = fieldOf(shown, key);
    return isPartial && value === null ? [] : compareValue(`${field}.${key}`, value, fieldOf(logged, key));
  });
}

/** Whether a value is absent, or a list has no other values. */
function isPartOf(shown: unknown, logged: unknown): boolean {
  if (!Array.isArray(shown)) return shown === null;
  return shown.every((value) => Array.isArray(logged) && logged.some((other) => isEqual(value, other)));
}

function compareValue(field: string, shown: unknown, logged: unknown): FieldDifference[] {
  return isEqual(shown, logged) ? [] : [{ field, shown, logged }];
}

function isEqual(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** Names are those of a writer: `constructor` is one like others. */
function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}
