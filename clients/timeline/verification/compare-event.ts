import { toJsonText } from "#shared/events/event.ts";
import { summarize } from "#shared/events/rendering/event-summary.ts";
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
const includedFields: ReadonlySet<string> = new Set(["actor", "related"]);

/**
 * Returns how an event of a response differs from the one in the log. `isPartial`: viewer tokens hide fields, so what is
 * absent is no difference. Fields that this release does not know are not compared.
 */
export function findDifferences(shown: JsonObject, logged: JsonObject, isPartial: boolean): readonly FieldDifference[] {
  const { text: _, ...others } = logged;
  const differences = Object.keys(others)
    .filter((field) => !includedFields.has(field) || Object.hasOwn(shown, field))
    .flatMap((field) => compareField(field, fieldOf(shown, field), fieldOf(logged, field), isPartial));
  return [...differences, ...compareText(shown, logged, isPartial)];
}

/**
 * Returns the fields of the log that a response does not show, as a viewer token hides them: `actor_user_id`, `metadata.ip`. A
 * text that the API words anew is one of them.
 */
export function findHiddenFields(shown: JsonObject, logged: JsonObject): readonly string[] {
  return Object.keys(logged).flatMap((field) => {
    const [visible, recorded] = [fieldOf(shown, field), fieldOf(logged, field)];
    const isOptional = field === "text" || includedFields.has(field);
    if (recorded === null || (isOptional && !Object.hasOwn(shown, field))) return [];
    if (visible === null) return [field];
    if (!isJsonObject(visible) || !isJsonObject(recorded)) return isEqual(visible, recorded) ? [] : [field];
    const isHidden = (key: string) => fieldOf(visible, key) === null && fieldOf(recorded, key) !== null;
    return Object.keys(recorded)
      .filter(isHidden)
      .map((key) => `${field}.${key}`);
  });
}

/**
 * The API words the text of an event that has none, and words it anew where the writer's own could repeat what a token hides.
 * Any other text is not what the log recorded.
 */
function compareText(shown: JsonObject, logged: JsonObject, isPartial: boolean): FieldDifference[] {
  if (!Object.hasOwn(shown, "text")) return [];
  const recorded = fieldOf(logged, "text");
  const worded = [...(recorded === null ? ["", summaryOf(logged)] : []), ...(isPartial ? ["", summaryOf(shown)] : [])];
  const { text = null } = shown;
  return text === recorded || worded.some((wording) => wording === text) ? [] : compareValue("text", text, recorded);
}

function summaryOf(event: JsonObject): string {
  const text = (name: string) => (typeof event[name] === "string" ? event[name] : "");
  return summarize({
    action: text("action"),
    entity_type: text("entity_type"),
    entity_id: text("entity_id"),
    entity_ref: typeof event.entity_ref === "string" ? event.entity_ref : null,
    changes: fieldOf(event, "changes") === null ? null : toJsonText(event.changes),
  }).sentence;
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
