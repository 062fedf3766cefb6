import { maxEventBytes } from "#shared/events/limits.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** What a rejected body says of the event that it was meant to be; `null` for what it does not say as text. */
export type RejectedEvent = Readonly<Record<"org_id" | "action" | "entity_type" | "entity_id", string | null>>;

/** Parses the body of a rejected message as far as possible: it may be any bytes, and none of its fields is checked. */
export function rejectedEvent(body: string): RejectedEvent {
  const parsed = parseObject(body);
  const text = (field: string) => (typeof parsed[field] === "string" ? parsed[field] : null);
  return {
    org_id: text("org_id"),
    action: text("action"),
    entity_type: text("entity_type"),
    entity_id: text("entity_id"),
  };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  if (Buffer.byteLength(body) > maxEventBytes) return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
