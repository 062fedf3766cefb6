import { toIncludedActor, toIncludedRelated } from "#shared/api/finzbooks/mapping.ts";
import { toJsonText } from "#shared/events/event.ts";
import { renderTime } from "#shared/events/rendering/render-event.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { parseJson } from "#shared/platform/json.ts";

/** The fields that the API returns as they are stored, and that events without them have as `null`. */
const storedFields = ["event_id", "action", "entity_type", "entity_id", "entity_ref", "actor_user_id"] as const;

/**
 * Returns the fields of a canonical event as the API returns them, without a `text` that the API itself words. An event that
 * is not in canonical form has no fields, so that it is like no other.
 */
export function parseLoggedEvent(canonical: string): JsonObject {
  const item = parseJson(canonical);
  if (!isJsonObject(item)) return {};
  const text = (name: string) => (typeof item[name] === "string" ? item[name] : null);
  const json = (name: string) => parseJson(text(name) ?? "null") ?? null;
  const jsonText = (name: string) => (text(name) === null ? null : toJsonText(json(name)));
  return {
    ...Object.fromEntries(storedFields.map((name) => [name, text(name)])),
    changes: json("changes"),
    metadata: json("metadata"),
    occurred_at: renderTime(text("occurred_at") ?? ""),
    actor: toIncludedActor({ actor: jsonText("actor"), actor_user_id: text("actor_user_id") }),
    related: toIncludedRelated({ related: jsonText("related") }),
    ...(text("text") === null ? {} : { text: text("text") }),
  };
}
