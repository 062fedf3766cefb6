import * as z from "zod/mini";
import type { EventInput } from "./event-input.ts";
import { maxDepth, maxEventBytes } from "./limits.ts";
import { eventSchema } from "./schema.ts";
import { levelDefinitions } from "./text/json-depth-schema.ts";

export const eventSchemaPath = "/schemas/event.json";

/** Checks of ingest that JSON Schema cannot express, or not so that all validators agree. */
export const ingestRules = {
  too_large: `the whole event has at most ${maxEventBytes} bytes as JSON in UTF-8`,
  inexact_number: "numbers are exact as a double: send 9007199254740993 or 1e400 as a string",
  repeated_key: "no object has the same key twice",
  unpaired_surrogate: "no text or key contains an unpaired surrogate",
  utf16_length: "a character beyond U+FFFF counts as two in every `maxLength`",
  unreal_time: "`occurred_at` is a real date and time from the year 1 on",
  future_time: "`occurred_at` is at most 5 minutes ahead of the clock of the log",
  invalid_url: "`avatar_url` is a URL by the URL Standard",
  conflict: "an `event_id` or `idempotency_key` that was used before brings the same event again",
} as const;

const fieldDescriptions: Readonly<Record<keyof EventInput, string>> = {
  event_id: "Identifies the event. If both it and `idempotency_key` are absent, the same bytes are the same event.",
  idempotency_key: "The writer's own key for the event, kept for 30 days. Not together with `event_id`.",
  org_id: "The organisation that the event belongs to.",
  action: "What happened: `{ENTITY}_{VERB}`. Any action of this form is accepted.",
  entity_type: "The type of the entity.",
  entity_id: "The writer's own id of the entity.",
  entity_ref: "The number or name of the entity, as people know it.",
  actor_user_id: "The user who caused the event; `null` for the system.",
  actor: "Display data of the actor, and the user it acted for.",
  changes: "The fields that changed, each with its old and its new value.",
  metadata: "The context: address, request id, source.",
  occurred_at: "When it happened, in ISO 8601.",
  related: "Other entities that the event is about. The first contact among them is the contact of the event.",
  text: "What happened, as a sentence, for dialects that show one.",
  information: "The same in more detail.",
  params: "Parameters for dialects that show them.",
  notify: "`false` sends no webhook for the event, for example in an import.",
};

const examples: readonly EventInput[] = [
  {
    event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
    org_id: "org_8f9a1c2d",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_abc",
    entity_ref: "INV-2026-0042",
    actor_user_id: "usr_xyz",
    actor: { name: "Priya Sharma", email: "priya@acme.in", avatar_url: null, type: "user" },
    changes: { status: { old: "DRAFT", new: "SENT" } },
    metadata: { source: "PUBLIC_API", ip: "203.0.113.4", request_id: "req_7f6b3c8e1d22" },
    related: [{ entity_type: "CONTACT", entity_id: "con_acme", entity_ref: "Acme India" }],
    occurred_at: "2026-05-11T08:30:12Z",
  },
  {
    idempotency_key: "payment pay_NfX0g3y4z5a6b7",
    org_id: "org_8f9a1c2d",
    action: "INVOICE_PAID",
    entity_type: "INVOICE",
    entity_id: "inv_abc",
    actor_user_id: null,
    occurred_at: "2026-05-12T13:21:33.000+05:30",
  },
];

const description =
  "One state change, as a service writes it: the body of a message to the ingest queue, or the argument of " +
  `\`activityPut\`. Objects and arrays nest ${maxDepth} levels at most inside \`metadata\`, \`changes\` and \`params\`. ` +
  `Beside this schema, ingest checks that ${Object.values(ingestRules).join("; ")}.`;

/**
 * Returns the JSON Schema (draft 2020-12) of an event as services write it. `origin` is the scheme and host in its
 * `$id`.
 */
export function eventJsonSchema(origin: string) {
  const { $schema, properties = {}, ...schema } = z.toJSONSchema(eventSchema, { io: "input", unrepresentable: "any" });
  const described = Object.entries(fieldDescriptions).map(([name, text]) => {
    return [name, { description: text, ...Object(properties[name]) }] as const;
  });
  return {
    $schema,
    $id: `${origin}${eventSchemaPath}`,
    title: "Event of the activity log",
    description,
    examples,
    ...schema,
    properties: Object.fromEntries(described),
    not: {
      type: "object",
      properties: { event_id: {}, idempotency_key: {} },
      required: ["event_id", "idempotency_key"],
    },
    $defs: levelDefinitions(),
  };
}
