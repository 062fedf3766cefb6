import { ActivityError } from "#shared/errors.ts";
import { documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import { eventTypeOf } from "./event-type.ts";

/** What subscribers can hear of: the documents, and the endpoints themselves. */
const subjects = [...documentTypes, "WEBHOOK_ENDPOINT"] as const satisfies readonly EntityType[];

export type Subject = (typeof subjects)[number];

/** What can happen to a subject, in words. */
const happenings = {
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

export type Verb = keyof typeof happenings;

/** Verbs that are whole actions: they are written against the document that they happen to. */
const standalone: ReadonlySet<Verb> = new Set(["EMAIL_SENT", "COMMENT_ADDED", "ATTACHMENT_ADDED"]);

const kept = ["CREATED", "UPDATED", "STATUS_CHANGED", "DELETED", "COMMENT_ADDED", "ATTACHMENT_ADDED"] as const;
const booked = [...kept, "VOIDED"] as const;
const posted = [...booked, "SENT", "EMAIL_SENT"] as const;

const verbsOf: Readonly<Record<Subject, readonly Verb[]>> = {
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
  CONTACT: kept,
  ITEM: kept,
  ATTACHMENT: ["CREATED", "UPDATED", "DELETED"],
  WEBHOOK_ENDPOINT: ["CREATED", "UPDATED", "ENABLED", "DISABLED", "DELETED", "SECRET_ROTATED"],
};

export type CataloguedType = {
  readonly event_type: string;
  readonly entity_type: Subject;
  readonly verb: Verb;
  readonly action: string;
  readonly description: string;
};

/** The event types that are known by name. The vocabulary is open: others may come. */
export const catalogue: readonly CataloguedType[] = subjects.flatMap((entity_type) =>
  verbsOf[entity_type].map((verb) => {
    const action = standalone.has(verb) ? verb : `${entity_type}_${verb}`;
    const description = `${phrase(entity_type)} ${happenings[verb]}.`;
    return { event_type: eventTypeOf({ action, entity_type }), entity_type, verb, action, description };
  }),
);

/** Finds an event type. Throws `ActivityError` `invalid_value`, with those that there are, for any other. */
export function cataloguedType(eventType: string): CataloguedType {
  const type = catalogue.find(({ event_type }) => event_type === eventType);
  if (type !== undefined) return type;
  throw new ActivityError("invalid_value", `Unknown event_type '${eventType.slice(0, 64)}'.`, {
    field: "event_type",
    details: { valid: catalogue.map(({ event_type }) => event_type) },
  });
}

function phrase(type: Subject): string {
  const words = type.toLowerCase().replaceAll("_", " ");
  return `${/^[aeiou]/.test(words) ? "An" : "A"} ${words}`;
}
