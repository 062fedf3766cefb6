import { type ActivityEvent, type JsonText, toJsonText } from "#shared/events/event.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** The fields that viewer tokens hide by default: they identify the device of the actor. */
export const hiddenByDefault: readonly string[] = ["metadata.ip", "metadata.user_agent"];

/** `actor`, `changes`, `metadata`, or one key of the last two, such as `metadata.ip`. */
export const hiddenFieldPattern = /^(?:actor|(?:changes|metadata)(?:\..{1,64})?)$/;

/** How many fields a viewer token can hide. */
export const maxHiddenFields = 20;

/** Whether actors are hidden, so that a filter by actor would reveal them. */
export function hidesActor(hide: readonly string[]): boolean {
  return hide.includes("actor");
}

/**
 * Returns an event without hidden fields. It is what is rendered, so that nothing derived from them is shown either. The
 * writer's own text may repeat hidden changes and actors, so a summary of the remaining fields replaces it; also if it
 * contains a hidden value of the metadata.
 */
export function withoutHiddenFields(event: ActivityEvent, hide: readonly string[]): ActivityEvent {
  const hidesText = hide.some((field) => !field.startsWith("metadata")) || repeatsMetadata(event, hide);
  return {
    ...event,
    ...(hidesActor(hide) && { actor_user_id: null, actor: null, related: withoutUsers(event.related) }),
    ...(hidesText && { text: null, information: null, params: null }),
    changes: hide.includes("changes") ? null : withoutKeys(event.changes, keysOf("changes", hide)),
    metadata: hide.includes("metadata") ? toJsonText({}) : withoutKeys(event.metadata, keysOf("metadata", hide)),
  };
}

/** Whether what the writer says of an event contains a hidden value of its metadata. */
function repeatsMetadata({ metadata, text, information, params }: ActivityEvent, hide: readonly string[]): boolean {
  const parsed: unknown = JSON.parse(metadata);
  if (!isJsonObject(parsed)) return false;
  const keys = keysOf("metadata", hide);
  const hidden = Object.entries(parsed).filter(([key]) => hide.includes("metadata") || keys.has(key));
  const said = [text, information, params].join("\n");
  return hidden.some(([, value]) => typeof value === "string" && value !== "" && said.includes(value));
}

/** A user among the related entities may be the actor. */
function withoutUsers(related: JsonText | null): JsonText | null {
  const parsed: unknown = related === null ? null : JSON.parse(related);
  if (!Array.isArray(parsed)) return related;
  return toJsonText(parsed.filter((entity) => !isJsonObject(entity) || entity.entity_type !== "USER"));
}

function keysOf(field: string, hide: readonly string[]): ReadonlySet<string> {
  const prefix = `${field}.`;
  return new Set(hide.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)));
}

function withoutKeys<Text extends JsonText | null>(text: Text, keys: ReadonlySet<string>): Text | JsonText {
  if (text === null || keys.size === 0) return text;
  const parsed: unknown = JSON.parse(text);
  if (!isJsonObject(parsed)) return text;
  return toJsonText(Object.fromEntries(Object.entries(parsed).filter(([key]) => !keys.has(key))));
}
