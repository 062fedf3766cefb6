import * as z from "zod/mini";

/**
 * The settings that are stored as their owner wrote them. The type, the item, changes and events follow from this
 * table; how the API parses and describes a setting is in `api/webhooks/endpoint-settings.ts`.
 */
export const storedSettings = {
  url: z.string(),
  /** Filters: `invoice.sent`, `invoice.*`, `*.voided`, `*`. */
  events: z.array(z.string()),
  /** Only events of this document; `null` for all. */
  entity_id: z.nullable(z.string()),
  description: z.nullable(z.string()),
};

type Immutable<T> = T extends (infer Item)[] ? readonly Item[] : T;

export type StoredEndpointSettings = {
  readonly [Name in keyof typeof storedSettings]: Immutable<z.infer<(typeof storedSettings)[Name]>>;
};

/** Returns the stored settings of an endpoint, in the order of the table. */
export function storedSettingsOf({
  url,
  events,
  entity_id,
  description,
}: StoredEndpointSettings): StoredEndpointSettings {
  return { url, events, entity_id, description };
}
