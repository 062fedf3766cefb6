import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { type EventTypeVerb, getEventTypeDefinition, type SubscribableEntityType } from "./catalogue.ts";

const sampleEntities: Readonly<Record<SubscribableEntityType, Pick<EventInput, "entity_id" | "entity_ref">>> = {
  INVOICE: { entity_id: "inv_8c3f1a9b", entity_ref: "INV-2026-0042" },
  BILL: { entity_id: "bill_2d4e6f8a", entity_ref: "BILL-2026-0118" },
  ESTIMATE: { entity_id: "est_9b1c3d5e", entity_ref: "EST-2026-0073" },
  CREDIT_NOTE: { entity_id: "cn_5a7c9e1b", entity_ref: "CN-2026-0011" },
  DEBIT_NOTE: { entity_id: "dn_6b8d0f2c", entity_ref: "DN-2026-0004" },
  SALES_ORDER: { entity_id: "so_7c9e1a3d", entity_ref: "SO-2026-0065" },
  PURCHASE_ORDER: { entity_id: "po_8d0f2b4e", entity_ref: "PO-2026-0031" },
  PAYMENT: { entity_id: "pay_9e1a3c5f", entity_ref: "PAY-2026-0090" },
  RECEIPT: { entity_id: "rcpt_0f2b4d6a", entity_ref: "RCPT-2026-0057" },
  EXPENSE: { entity_id: "exp_1a3c5e7b", entity_ref: "EXP-2026-0203" },
  JOURNAL: { entity_id: "jrn_2b4d6f8c", entity_ref: "JRN-2026-0008" },
  CONTACT: { entity_id: "con_acme", entity_ref: "Acme" },
  ITEM: { entity_id: "item_3c5e7a9d", entity_ref: "SKU-1042" },
  ATTACHMENT: { entity_id: "att_4d6f8b0e", entity_ref: "contract.pdf" },
  WEBHOOK_ENDPOINT: { entity_id: "wh_5e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e", entity_ref: null },
};

const sampleChanges: Readonly<Partial<Record<EventTypeVerb, NonNullable<EventInput["changes"]>>>> = {
  UPDATED: { notes: { old: null, new: "Thank you." } },
  STATUS_CHANGED: { status: { old: "DRAFT", new: "OPEN" } },
  SENT: { status: { old: "DRAFT", new: "SENT" } },
  APPROVED: { status: { old: "PENDING_APPROVAL", new: "APPROVED" } },
  ACCEPTED: { status: { old: "SENT", new: "ACCEPTED" } },
  PAID: { status: { old: "SENT", new: "PAID" } },
  PARTIALLY_PAID: { status: { old: "SENT", new: "PARTIALLY_PAID" } },
  VOIDED: { status: { old: "SENT", new: "VOIDED" } },
  ENABLED: { status: { old: "disabled", new: "enabled" } },
  DISABLED: { status: { old: "enabled", new: "disabled" } },
};

/**
 * Returns an invented event of a type. The same arguments give the same event. Throws `ActivityError` `invalid_value`
 * for a type that is not in the catalogue.
 */
export function sampleEvent(eventType: string, orgId: string, at: string): ActivityEvent {
  const { action, entity_type, verb } = getEventTypeDefinition(eventType);
  const input: EventInput = {
    org_id: orgId,
    action,
    entity_type,
    ...sampleEntities[entity_type],
    actor_user_id: "usr_xyz",
    changes: sampleChanges[verb] ?? null,
    metadata: { source: "WEBHOOK_TEST" },
    occurred_at: at,
  };
  return parseEventValue(input, { now: new Date(at), entropy: `${orgId}\n${eventType}` }).event;
}
