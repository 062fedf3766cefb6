import * as z from "zod/mini";
import { maxIdLength } from "#shared/events/limits.ts";
import { maxCodeUnits } from "#shared/events/text/max-code-units.ts";
import { isVisibleId, isVisibleLine } from "#shared/events/text/text-rules.ts";
import type { StoredEndpointSettings } from "#shared/webhooks/endpoints/endpoint-settings.ts";
import type { EndpointSettings } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import {
  headerNamePattern,
  maxHeaderNameLength,
  maxHeaders,
  maxHeaderValueLength,
  maxHeaderValuesLength,
  type StaticHeaders,
  validateStaticHeaders,
} from "#shared/webhooks/endpoints/static-headers.ts";
import {
  eventTypeFilterPattern,
  maxEventTypeFilterLength,
  parseEventTypeFilter,
} from "#shared/webhooks/event-types/event-type-filter.ts";
import type { EndpointPatch } from "#shared/webhooks/update-endpoint.ts";

/*
 * All that the API knows of the settings of an endpoint: request schemas, parsers, response schemas and examples. How
 * settings are stored is in `webhooks/endpoints/endpoint-settings.ts`.
 */

const maxFilters = 50;
const maxDescriptionLength = 256;

const hidden = "must not contain control characters, line breaks or invisible characters";

/** What the JSON Schemas contain in addition to the checks. */
const docs = z.globalRegistry;

export const filtersSchema = z
  .array(z.string().register(docs, { pattern: eventTypeFilterPattern.source, maxLength: maxEventTypeFilterLength }))
  .check(z.minLength(1), z.maxLength(maxFilters))
  .register(docs, { description: "Filters: `invoice.sent`, `invoice.*`, `*.voided` or `*`. One of them must match." });

const headerName = { pattern: headerNamePattern.source, maxLength: maxHeaderNameLength };
const headerValue = { minLength: 1, maxLength: maxHeaderValueLength };

const headersSchema = z
  .record(z.string().register(docs, headerName), z.string().register(docs, headerValue))
  .register(docs, { maxProperties: maxHeaders });

const url = z.string().register(docs, {
  format: "uri",
  description: "https, on the public Internet, without credentials.",
});

const entityId = z
  .nullable(z.string().check(z.minLength(1), ...maxCodeUnits(maxIdLength), z.refine(isVisibleId, hidden)))
  .register(docs, { description: "Only events of this document; `null` for all." });

const description = z.nullable(
  z.string().check(...maxCodeUnits(maxDescriptionLength), z.refine(isVisibleLine, hidden)),
);

const enabled = z.boolean().register(docs, { description: "A disabled endpoint is sent nothing." });

const headers = z.nullable(headersSchema).register(docs, {
  description:
    "Headers that are added to each request, for a gateway in front of the receiver; `Authorization` is allowed. " +
    "Replaced as a whole, removed by `null`, and required with another `url`. Values are visible ASCII, of at most " +
    `${maxHeaderValuesLength} characters together, and never shown again.`,
});

export const createEndpointSchema = z.strictObject({
  url,
  events: filtersSchema,
  entity_id: z.optional(entityId),
  description: z.optional(description),
  enabled: z.optional(enabled),
  headers: z.optional(headers),
});

export const updateEndpointSchema = z.strictObject({
  url: z.exactOptional(url),
  events: z.exactOptional(filtersSchema),
  entity_id: z.exactOptional(entityId),
  description: z.exactOptional(description),
  enabled: z.exactOptional(enabled),
  headers: z.exactOptional(headers),
});

/** Returns the settings of a parsed body. Throws `ActivityError` `invalid_value` for filters and headers. */
export function toEndpointSettings({
  url,
  events,
  entity_id = null,
  description = null,
  enabled = true,
  headers = null,
}: z.infer<typeof createEndpointSchema>): EndpointSettings {
  return { url, events: parseFilters(events), entity_id, description, enabled, headers: parseHeaders(headers) };
}

/** Returns the changes of a parsed body. Throws `ActivityError` `invalid_value` for filters and headers. */
export function toEndpointPatch({ events, headers, ...others }: z.infer<typeof updateEndpointSchema>): EndpointPatch {
  return {
    ...others,
    ...(events === undefined ? {} : { events: parseFilters(events) }),
    ...(headers === undefined ? {} : { headers: parseHeaders(headers) }),
  };
}

function parseHeaders(headers: StaticHeaders | null): StaticHeaders | null {
  return headers === null ? null : validateStaticHeaders(headers);
}

/** Returns the filters without duplicates. Throws `ActivityError` `invalid_value` if one is invalid. */
export function parseFilters(filters: readonly string[]): string[] {
  return [...new Set(filters.map(parseEventTypeFilter))];
}

/** Returns the JSON Schemas of the stored settings in responses. */
export function endpointSettingSchemas() {
  return {
    url: { type: "string", format: "uri" },
    events: { type: "array", items: { type: "string", pattern: eventTypeFilterPattern.source } },
    entity_id: { type: ["string", "null"], maxLength: maxIdLength },
    description: { type: ["string", "null"] },
  } as const satisfies Record<keyof StoredEndpointSettings, object>;
}

/** Returns the settings of the documented endpoint, and the body that creates it. */
export function endpointSettingExamples() {
  const settings: StoredEndpointSettings = {
    url: "https://hooks.example.com/aibooks",
    events: ["invoice.*", "*.voided"],
    entity_id: null,
    description: "Keeps our ledger in step",
  };
  const { entity_id: _, ...given } = settings;
  return { settings, body: { ...given, headers: { "X-Api-Key": "key-of-the-gateway" } } };
}
