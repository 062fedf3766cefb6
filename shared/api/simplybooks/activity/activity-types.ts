import { actionVerb, documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";

/** The entity types whose events this dialect shows. */
export const visibleEntityTypes = [...documentTypes, "ACCOUNT", "USER", "SUBSCRIPTION", "DELIVERY_NOTE"] as const;

type VisibleEntityType = (typeof visibleEntityTypes)[number];

type EntityNaming = {
  /** The beginning of the activity type: `invoice` in `invoice_create`. */
  readonly noun: string;
  /** The collection in `references`; absent if the vendor has none. */
  readonly domain?: string;
  /** Activity types that do not follow the grammar, by verb. */
  readonly types?: Readonly<Record<string, string>>;
};

/** The naming of each entity type, from the vendor's list of types. What is not in the list follows its grammar. */
export const entityNamings: Readonly<Record<VisibleEntityType, EntityNaming>> = {
  INVOICE: {
    noun: "invoice",
    domain: "invoices",
    types: {
      COPIED: "invoice_create_copy",
      PAID: "invoicepayment_create",
      PARTIALLY_PAID: "invoicepayment_create",
      PAYMENT_ADDED: "invoicepayment_create",
      PAYMENT_CREATED: "invoicepayment_create",
      PAYMENT_DELETED: "invoicepayment_delete",
      PAYMENT_REMOVED: "invoicepayment_delete",
      PAYMENTS_REMOVED: "invoicepayment_delete_all",
    },
  },
  PAYMENT: { noun: "invoicepayment", domain: "payments" },
  ESTIMATE: { noun: "quote", domain: "quotes" },
  SALES_ORDER: { noun: "order", domain: "orders" },
  DELIVERY_NOTE: { noun: "delivery", domain: "deliveries" },
  RECEIPT: { noun: "receipt", domain: "receipts" },
  SUBSCRIPTION: { noun: "subscription", domain: "subscriptions" },
  CONTACT: {
    noun: "client",
    domain: "clients",
    types: {
      PERSON_CREATED: "clientcontact_create",
      PERSON_UPDATED: "clientcontact_update",
      PERSON_DELETED: "clientcontact_delete",
      PERSONS_DELETED: "clientcontact_delete_all",
      COMMENT_ADDED: "clientnote_update",
      NOTE_UPDATED: "clientnote_update",
    },
  },
  ACCOUNT: {
    noun: "settings",
    types: {
      BACKUP_CREATED: "backup_create",
      BACKUP_RESTORED: "backup_restore",
      CSV_IMPORTED: "import_csv",
      OTHER_ACCOUNT_IMPORTED: "import_other_account",
    },
  },
  USER: { noun: "user", types: { LOGGED_IN: "login", LOGIN: "login" } },
  BILL: { noun: "bill", domain: "bills" },
  CREDIT_NOTE: { noun: "creditnote", domain: "creditnotes" },
  DEBIT_NOTE: { noun: "debitnote", domain: "debitnotes" },
  PURCHASE_ORDER: { noun: "purchaseorder", domain: "purchaseorders" },
  EXPENSE: { noun: "expense", domain: "expenses" },
  JOURNAL: { noun: "journal", domain: "journals" },
  ITEM: { noun: "item", domain: "items" },
  ATTACHMENT: { noun: "attachment", domain: "attachments" },
};

/** What follows the noun, by verb. The grammar is a verb in its base form; a note or attachment is part of the noun. */
const endings: Readonly<Record<string, string>> = {
  CREATED: "_create",
  UPDATED: "_update",
  DELETED: "_delete",
  STATUS_CHANGED: "_status_change",
  SENT: "_email",
  EMAIL_SENT: "_email",
  PRINTED: "_print",
  COPIED: "_create_copy",
  PAID: "_pay",
  PARTIALLY_PAID: "_pay",
  VOIDED: "_void",
  APPROVED: "_approve",
  REJECTED: "_reject",
  ACCEPTED: "_accept",
  DECLINED: "_decline",
  CANCELLED: "_cancel",
  CONVERTED: "_convert",
  ARCHIVED: "_archive",
  RESTORED: "_restore",
  IMPORTED: "_import",
  MERGED: "_merge",
  PAUSED: "_pause",
  ACTIVATED: "_activate",
  DEACTIVATED: "_deactivate",
  COMMENT_ADDED: "note_create",
  COMMENT_UPDATED: "note_update",
  COMMENT_DELETED: "note_delete",
  COMMENTS_DELETED: "note_delete_all",
  NOTE_ADDED: "note_create",
  NOTE_UPDATED: "note_update",
  NOTE_DELETED: "note_delete",
  ATTACHMENT_ADDED: "attachment_create",
  ATTACHMENT_DELETED: "attachment_delete",
  PASSWORD_RESET: "_password_reset",
  PASSWORD_FORGOTTEN: "_password_forgot",
};

/** Returns the type of an activity: `INVOICE_CREATED` becomes `invoice_create`. Unknown verbs are kept in lower case. */
export function toActivityType(event: Pick<ActivityEvent, "action" | "entity_type">): string {
  const naming = getNaming(event.entity_type);
  const verb = actionVerb(event);
  return naming?.types?.[verb] ?? `${naming?.noun ?? event.entity_type.toLowerCase()}${endingOf(verb)}`;
}

function endingOf(verb: string): string {
  return endings[verb] ?? `_${verb.toLowerCase()}`;
}

/** Returns the entity types whose events can have an activity type; empty if no event can have it. */
export function findEntityTypes(type: string): readonly EntityType[] {
  return visibleEntityTypes.filter((entityType) => {
    const { noun, types = {} } = entityNamings[entityType];
    if (Object.values(types).includes(type)) return true;
    if (!type.startsWith(noun)) return false;
    const ending = type.slice(noun.length);
    return /^_[a-z0-9]/.test(ending) || childEndings.has(ending);
  });
}

const childEndings: ReadonlySet<string> = new Set(Object.values(endings).filter((ending) => !ending.startsWith("_")));

/** Returns the naming of an entity type; `undefined` if this dialect does not show it. */
export function getNaming(type: EntityType): EntityNaming | undefined {
  return isVisible(type) ? entityNamings[type] : undefined;
}

function isVisible(type: EntityType): type is VisibleEntityType {
  return Object.hasOwn(entityNamings, type);
}
