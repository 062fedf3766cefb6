import { maxEventBytes } from "#shared/events/limits.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { parseJson } from "#shared/platform/json.ts";

/** Fields of a rejected event; `null` if absent or not text. */
export type RejectedEventFields = Readonly<Record<"org_id" | "action" | "entity_type" | "entity_id", string | null>>;

/** Parses the body of a rejected message as far as possible. Its fields are not validated. */
export function parseRejectedEvent(body: string): RejectedEventFields {
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
  const parsed = parseJson(body);
  return isJsonObject(parsed) ? parsed : {};
}
