import { objectComponent, objectSchema } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { entityNamings, toActivityType } from "#shared/api/simplybooks/activity/activity-types.ts";
import type { ResponseFormat } from "#shared/api/simplybooks/format/negotiate-format.ts";
import { type ActivityField, documentFields, toActivity } from "#shared/api/simplybooks/mapping.ts";
import { maxTake } from "#shared/api/simplybooks/parameters.ts";
import { orgDefaults } from "#shared/auth/orgs/org.ts";
import { maxIdLength } from "#shared/events/limits.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";

const occurred_at = "2026-05-11T08:30:12Z";

const { event } = parseEventValue(
  {
    event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
    org_id: "org_8f9a1c2d",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "482910",
    entity_ref: "INV-2026-0042",
    actor_user_id: "usr_xyz",
    actor: { name: "Jan Peeters" },
    related: [
      { entity_type: "CONTACT", entity_id: "7041" },
      { entity_type: "ESTIMATE", entity_id: "3155" },
    ],
    occurred_at,
  },
  { now: new Date(occurred_at), entropy: "" },
);

export const sampleOrg = {
  org_id: event.org_id,
  name: "Acme Traders",
  slug: null,
  account_number: "1001",
  time_zone: "Europe/Brussels",
  robot_name: orgDefaults.robot_name,
  shards: null,
  suspended_at: null,
  created_at: occurred_at,
};

export const sampleOrigin = "https://api.example.com";

export const sampleActivity = toActivity(event, { org: sampleOrg, origin: sampleOrigin });

/** Returns the schema of an id that may be absent: `null` in JSON, an empty element in XML. */
function idIn(format: ResponseFormat) {
  return (description: string) => ({
    type: format === "json" ? ["string", "null"] : "string",
    maxLength: maxIdLength,
    description,
  });
}

/** Returns the schemas of the fields of an activity, in the order of the contract. */
function fieldsIn(format: ResponseFormat): Readonly<Record<ActivityField, unknown>> {
  const id = idIn(format);
  const noun = (field: keyof typeof documentFields) => entityNamings[documentFields[field]].noun;
  const own = (field: keyof typeof documentFields) => id(`The ${noun(field)} of the activity.`);
  const linked = (field: keyof typeof documentFields) =>
    id(`The first other ${noun(field)} that is related to the activity.`);
  return {
    activity_id: {
      type: "string",
      pattern: String.raw`^(0|[1-9]\d{0,15})$`,
      description: "A whole number that never changes. Later seconds have higher numbers.",
    },
    uri: { type: "string", format: "uri", description: "The URL of the activity." },
    type: {
      type: "string",
      pattern: "^[a-z][a-z0-9_]*$",
      description: "`{noun}_{verb}`. The vocabulary is open: show unknown types as they are.",
      examples: [toActivityType(event)],
    },
    date: {
      type: "string",
      pattern: String.raw`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$`,
      description: "In the time zone of the account.",
    },
    user: {
      type: "string",
      description:
        "Name, else e-mail address, else id; the account's robot without a user. `Anna (by Support)` means that " +
        "Support acted on behalf of Anna.",
    },
    description: { type: "string", description: "What happened, in a few words." },
    information: { type: "string", description: "The same, with the document's number and id." },
    client_id: id("The customer or supplier."),
    invoice_id: own("invoice_id"),
    receipt_id: own("receipt_id"),
    quote_id: own("quote_id"),
    order_id: own("order_id"),
    delivery_id: own("delivery_id"),
    subscription_id: own("subscription_id"),
    linked_invoice_id: linked("invoice_id"),
    linked_receipt_id: linked("receipt_id"),
    linked_quote_id: linked("quote_id"),
    linked_order_id: linked("order_id"),
    linked_delivery_id: linked("delivery_id"),
    linked_subscription_id: linked("subscription_id"),
    references: {
      type: "array",
      description: "All related entities that have a collection, the customer first.",
      items: reference,
      ...(format === "xml" && { xml: { wrapped: true } }),
    },
  };
}

const domains = Object.values(entityNamings).flatMap((naming) => naming.domain ?? []);

const reference = objectSchema(
  {
    reference_type: { type: "string", enum: domains },
    reference_id: { type: "string", minLength: 1, maxLength: maxIdLength },
    reference_uri: { type: "string", format: "uri" },
  },
  { xml: { name: "reference" } },
);

export const activitySchema = schemaComponent("SimplybooksActivity", {
  type: "object",
  description: "One state change. It has all fields, or those in `fields`. Ids are strings; absent values are `null`.",
  examples: [sampleActivity],
  minProperties: 1,
  properties: fieldsIn("json"),
});

export const activityElementSchema = schemaComponent("SimplybooksActivityElement", {
  type: "object",
  description:
    "One state change. Absent values are empty elements, except for `linked_…` elements, which are left out. Without " +
    "`fields` it has all other elements.",
  properties: fieldsIn("xml"),
  xml: { name: "activity" },
});

export const activitiesSchema = schemaComponent("SimplybooksActivities", {
  type: "array",
  maxItems: maxTake,
  items: activitySchema,
});

export const activitiesElementSchema = schemaComponent("SimplybooksActivitiesElement", {
  type: "array",
  maxItems: maxTake,
  items: activityElementSchema,
  xml: { name: "activities", wrapped: true },
});

export const accountSchema = objectComponent(
  "SimplybooksAccount",
  {
    uri: { type: "string", format: "uri" },
    number: { type: "string", minLength: 1, description: "Its account number, or its id if it has none." },
    name: { type: "string", minLength: 1 },
  },
  { description: "The account of the key.", xml: { name: "account" } },
);
