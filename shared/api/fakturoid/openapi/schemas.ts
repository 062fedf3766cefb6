import { relatedObjectTypes, toEventName } from "#shared/api/fakturoid/mapping.ts";
import { pageSize } from "#shared/api/fakturoid/parameters.ts";
import { renderEvents, renderUser } from "#shared/api/fakturoid/render.ts";
import { objectComponent, objectSchema } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { orgDefaults } from "#shared/auth/orgs/org.ts";
import { formatToken, hashToken, tokenBytes, toTokenId } from "#shared/auth/token-format.ts";
import { maxIdLength } from "#shared/events/limits.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";

const occurred_at = "2026-05-12T07:51:33Z";

const { event } = parseEventValue(
  {
    event_id: "evt_4e2a91f06e6c4b4eac9d8d23b6d1c401",
    org_id: "org_8f9a1c2d",
    action: "INVOICE_PAID",
    entity_type: "INVOICE",
    entity_id: "482910",
    entity_ref: "INV-2026-0042",
    actor_user_id: "913",
    actor: { name: "Alexandra Novotná" },
    related: [{ entity_type: "CONTACT", entity_id: "7041" }],
    params: { payment_id: 55102 },
    occurred_at,
  },
  { now: new Date(occurred_at), entropy: "" },
);

const org = {
  org_id: event.org_id,
  name: "Acme Traders",
  slug: "acme-traders",
  account_number: "1001",
  time_zone: "Europe/Prague",
  robot_name: orgDefaults.robot_name,
  shards: null,
  created_at: occurred_at,
  suspended_at: null,
};

const hash = hashToken(formatToken(new Uint8Array(tokenBytes).fill(171), "client"));

const token = {
  token_id: toTokenId(hash),
  hash,
  org_ids: [org.org_id],
  scopes: [],
  user_id: event.actor_user_id,
  client_id: null,
  created_at: occurred_at,
  expires_at: null,
  revoked_at: null,
  revoked_orgs: {},
  last_used_at: null,
};

/** Rendered by the code that renders responses. */
export const sampleEvents: unknown = JSON.parse(renderEvents([event], org));
export const sampleUser: unknown = JSON.parse(renderUser(token, [org]));

const textOrNull = { type: ["string", "null"] };

const numericId = { type: "integer", format: "int64", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

const customId = {
  custom_id: {
    type: "string",
    minLength: 1,
    maxLength: maxIdLength,
    description:
      "The id in the log. Only present if that is not a whole number below 2^52; then `id` is derived from it.",
  },
};

/** The rights of the token, in each user and each account of `user.json`. */
const rights = {
  permission: { type: "string", description: "Always `read_only`." },
  allowed_scope: { type: "array", items: { type: "string", enum: ["reports", "expenses", "invoices"] } },
};

const eventSchema = objectComponent(
  "FakturoidEvent",
  {
    name: {
      type: "string",
      pattern: "^[a-z][a-z0-9_]*$",
      description:
        "`{model}_{verb}`; an update of one field is `{model}_{field}_changed`. The vocabulary is open: " +
        "show the `text` of unknown events.",
      examples: [toEventName(event)],
    },
    created_at: {
      type: "string",
      format: "date-time",
      pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}[+-]\d{2}:\d{2}$`,
      description: "In the time zone of the account, with milliseconds and offset.",
    },
    text: { type: "string", description: "What happened, in a short sentence." },
    related_objects: {
      type: "array",
      description: "The document, the subject, then other entities of these types.",
      items: objectSchema(
        { id: numericId, type: { type: "string", enum: [...new Set(Object.values(relatedObjectTypes))] } },
        {},
        customId,
      ),
    },
    user: objectSchema(
      {
        id: {
          ...numericId,
          type: ["integer", "null"],
          description: "`null` for the system, schedules and customer portals.",
        },
        full_name: {
          type: "string",
          description:
            "Name, else e-mail address, else id; the account's robot without a user. `Anna (by Support)` means " +
            "that Support acted on behalf of Anna; the id is that of Support.",
        },
        avatar: { ...textOrNull, description: "The URL of a picture." },
      },
      {},
      customId,
    ),
    params: {
      type: "object",
      description:
        "The event's own parameters; else `{new, old}` of a changed field, or the recipients of an e-mail as " +
        "`email`.",
    },
  },
  { description: "One state change. Events never change." },
);

export const eventsSchema = schemaComponent("FakturoidEvents", {
  type: "array",
  maxItems: pageSize,
  items: eventSchema,
});

export const userSchema = objectComponent(
  "FakturoidUser",
  {
    id: { ...numericId, description: "The user, or the token itself if it has no user." },
    full_name: { type: "string", description: "The name of the first account's robot." },
    email: { ...textOrNull, description: "Always `null`." },
    avatar_url: { ...textOrNull, description: "Always `null`." },
    default_account: { ...textOrNull, description: "The slug of the first account." },
    ...rights,
    accounts: {
      type: "array",
      minItems: 1,
      items: objectSchema({
        slug: { ...textOrNull, description: "Its name in paths; `null` if it has none yet." },
        logo: { ...textOrNull, description: "Always `null`." },
        name: { type: "string" },
        registration_no: textOrNull,
        ...rights,
      }),
    },
  },
  { description: "The user of the token, and its accounts." },
  customId,
);
