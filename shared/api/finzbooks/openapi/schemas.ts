import { entityTypeSchema, maxLimit } from "#shared/api/finzbooks/parameters.ts";
import { type JsonSchemas, objectComponent, objectSchema, timestampSchema } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { scopes } from "#shared/auth/caller.ts";
import { actorTypes } from "#shared/events/actor.ts";
import {
  actionPattern,
  eventIdPattern,
  maxActionLength,
  maxIdLength,
  maxRefLength,
  maxRelated,
} from "#shared/events/limits.ts";

const sampleEvent = {
  event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
  action: "INVOICE_SENT",
  entity_type: "INVOICE",
  entity_id: "inv_abc",
  entity_ref: "INV-2026-0042",
  actor_user_id: "usr_xyz",
  changes: { status: { old: "DRAFT", new: "SENT" } },
  metadata: {
    ip: "203.0.113.4",
    user_agent: "AIBooks-CLI/0.4",
    request_id: "req_7f6b3c8e1d22",
    source: "PUBLIC_API",
  },
  occurred_at: "2026-05-11T08:30:12Z",
};

export const successProperties = { code: { type: "integer", const: 0 }, message: { type: "string", const: "success" } };

const idOrNull = { type: ["string", "null"], maxLength: maxIdLength };
const nameOrNull = { type: ["string", "null"], description: "At the time of the event; `null` if unknown." };

/** The fields that `include` adds to an event. */
const includedSchemas = {
  actor: objectSchema(
    {
      user_id: { ...idOrNull, description: "As `actor_user_id`." },
      name: nameOrNull,
      type: { type: ["string", "null"], enum: [...actorTypes, null] },
      on_behalf_of: {
        ...objectSchema({ user_id: { type: "string" }, name: nameOrNull }),
        type: ["object", "null"],
        description: "The user on whose behalf the actor acted.",
      },
    },
    { description: "The actor. With `include=actor`." },
  ),
  text: { type: "string", description: "What happened, in English. With `include=text`." },
  related: {
    type: "array",
    maxItems: maxRelated,
    description: "The related entities. With `include=related`.",
    items: objectSchema({
      entity_type: { type: "string", description: "Can be a type that this API does not list." },
      entity_id: { type: "string", minLength: 1, maxLength: maxIdLength },
      entity_ref: { type: ["string", "null"], maxLength: maxRefLength },
    }),
  },
};

const sequenceSchemas = {
  sequence: {
    type: ["integer", "null"],
    format: "int64",
    minimum: 1,
    description: "The number of the event in the change feed; `null` while it has none. With `include=sequence`.",
  },
  sealed_at: {
    type: ["string", "null"],
    format: "date-time",
    description: "When the event got its number. With `include=sequence`.",
  },
};

/** Returns the schema of an event. `optional` are properties that it may lack. */
export function eventSchema(entityType: object, optional: JsonSchemas = {}) {
  return objectSchema(
    {
      event_id: { type: "string", pattern: eventIdPattern.source },
      action: {
        type: "string",
        description: "`{ENTITY}_{VERB}`. The vocabulary is open: show unknown actions as they are.",
        maxLength: maxActionLength,
        pattern: actionPattern.source,
      },
      entity_type: entityType,
      entity_id: { type: "string", minLength: 1, maxLength: maxIdLength },
      entity_ref: {
        type: ["string", "null"],
        maxLength: maxRefLength,
        description: "The number of the document for people.",
      },
      actor_user_id: {
        type: ["string", "null"],
        maxLength: maxIdLength,
        description: "`null` for the system, schedules and customer portals.",
      },
      changes: {
        type: ["object", "null"],
        description: "The changed fields, each with its old and new value.",
        additionalProperties: objectSchema({ old: {}, new: {} }),
      },
      metadata: { type: "object", description: "The context of the change: address, request id, source." },
      occurred_at: timestampSchema,
    },
    { description: "One state change. Events never change.", examples: [sampleEvent] },
    optional,
  );
}

const feedEventSchema = schemaComponent(
  "Event",
  eventSchema(entityTypeSchema, { ...includedSchemas, ...sequenceSchemas }),
);

export const activitySchema = objectComponent("Activity", {
  ...successProperties,
  activity: { type: "array", maxItems: maxLimit, items: feedEventSchema },
  page_context: objectSchema(
    {
      limit: { type: "integer", minimum: 1, maximum: maxLimit },
      returned: { type: "integer", minimum: 0, maximum: maxLimit },
      has_more_page: {
        type: "boolean",
        description:
          "Whether older events follow, at the URL in the `Link` header. A page may have fewer events than `limit`.",
      },
    },
    {},
    {
      next_cursor: {
        type: ["string", "null"],
        description: "The `cursor` of the next page; `null` on the last. With `include=cursor`.",
      },
    },
  ),
});

export const whoamiSchema = objectComponent("Whoami", {
  ...successProperties,
  token: objectSchema({
    token_id: { type: "string", pattern: "^tok_[0-9a-f]{32}$" },
    org_id: { type: "string" },
    user_id: { type: ["string", "null"] },
    scopes: { type: "array", items: { type: "string", enum: scopes } },
    tier: { type: "string", const: "DEFAULT" },
  }),
});
