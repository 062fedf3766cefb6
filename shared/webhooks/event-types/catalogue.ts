import { ActivityError } from "#shared/errors.ts";
import { documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import { eventTypeOf } from "./event-type.ts";

/** Entity types with events that endpoints can subscribe to: documents, and the endpoints themselves. */
const subscribableEntityTypes = [...documentTypes, "WEBHOOK_ENDPOINT"] as const satisfies readonly EntityType[];

export type SubscribableEntityType = (typeof subscribableEntityTypes)[number];

const verbDescriptions = {
  CREATED: "was saved for the first time",
  UPDATED: "was changed",
  STATUS_CHANGED: "went on to the next step of its workflow",
  SENT: "was sent to a customer or supplier",
  EMAIL_SENT: "was the subject of an e-mail",
  APPROVED: "was approved",
  ACCEPTED: "was accepted by the customer",
  PAID: "was paid in full",
  PARTIALLY_PAID: "was paid in part",
  VOIDED: "was cancelled, and is kept",
  DELETED: "was deleted for good",
  COMMENT_ADDED: "got a comment",
  ATTACHMENT_ADDED: "got an attachment",
  ENABLED: "was enabled",
  DISABLED: "was disabled by its owner, or because it answered 410 or failed for three days",
  SECRET_ROTATED: "got a new signing secret",
} as const;

export type EventTypeVerb = keyof typeof verbDescriptions;

/** Verbs that are the whole action of an event: the entity type is not its prefix. */
const standalone: ReadonlySet<EventTypeVerb> = new Set(["EMAIL_SENT", "COMMENT_ADDED", "ATTACHMENT_ADDED"]);

const common = ["CREATED", "UPDATED", "STATUS_CHANGED", "DELETED", "COMMENT_ADDED", "ATTACHMENT_ADDED"] as const;
const booked = [...common, "VOIDED"] as const;
const posted = [...booked, "SENT", "EMAIL_SENT"] as const;

const verbsOf: Readonly<Record<SubscribableEntityType, readonly EventTypeVerb[]>> = {
  INVOICE: [...posted, "PAID", "PARTIALLY_PAID"],
  BILL: [...booked, "APPROVED", "PAID", "PARTIALLY_PAID"],
  ESTIMATE: [...posted, "ACCEPTED"],
  CREDIT_NOTE: posted,
  DEBIT_NOTE: posted,
  SALES_ORDER: [...posted, "APPROVED"],
  PURCHASE_ORDER: [...posted, "APPROVED"],
  PAYMENT: [...booked, "EMAIL_SENT"],
  RECEIPT: [...booked, "EMAIL_SENT"],
  EXPENSE: [...booked, "APPROVED", "PAID", "PARTIALLY_PAID"],
  JOURNAL: [...booked, "APPROVED"],
  CONTACT: common,
  ITEM: common,
  ATTACHMENT: ["CREATED", "UPDATED", "DELETED"],
  WEBHOOK_ENDPOINT: ["CREATED", "UPDATED", "ENABLED", "DISABLED", "DELETED", "SECRET_ROTATED"],
};

export type EventTypeDefinition = {
  readonly event_type: string;
  readonly entity_type: SubscribableEntityType;
  readonly verb: EventTypeVerb;
  readonly action: string;
  readonly description: string;
};

/** The documented event types. The vocabulary is open: events can have others. */
export const eventTypeCatalogue: readonly EventTypeDefinition[] = subscribableEntityTypes.flatMap((entity_type) =>
  verbsOf[entity_type].map((verb) => {
    const action = standalone.has(verb) ? verb : `${entity_type}_${verb}`;
    const description = `${withArticle(entity_type)} ${verbDescriptions[verb]}.`;
    return { event_type: eventTypeOf({ action, entity_type }), entity_type, verb, action, description };
  }),
);

/** Returns a documented event type. Throws `ActivityError` `invalid_value`, with the valid ones, for any other. */
export function getEventTypeDefinition(eventType: string): EventTypeDefinition {
  const definition = eventTypeCatalogue.find(({ event_type }) => event_type === eventType);
  if (definition !== undefined) return definition;
  throw new ActivityError("invalid_value", `Unknown event_type '${eventType.slice(0, 64)}'.`, {
    field: "event_type",
    details: { valid: eventTypeCatalogue.map(({ event_type }) => event_type) },
  });
}

function withArticle(type: SubscribableEntityType): string {
  const words = type.toLowerCase().replaceAll("_", " ");
  return `${/^[aeiou]/.test(words) ? "An" : "A"} ${words}`;
}
