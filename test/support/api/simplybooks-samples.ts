import type { EventInput } from "#shared/events/event-input.ts";

type Sample = Omit<EventInput, "org_id">;

/** The zone in which clocks show the times of the samples. */
export const sampleZone = "Europe/Brussels";

/** The host of the vendor's samples. */
export const sampleOrigin = "https://eenvoudigfactureren.be";

/** The event of the vendor's sample activity. */
export const vendorSample: Sample = {
  event_id: "evt_00000000000000000000000000007001",
  action: "INVOICE_CREATED",
  entity_type: "INVOICE",
  entity_id: "2002",
  entity_ref: "2012-0001",
  actor_user_id: "5",
  actor: { name: "John Doe", email: "john@doe.example" },
  occurred_at: "2012-10-01T16:28:35Z",
  related: [{ entity_type: "CONTACT", entity_id: "1001" }],
  text: "Factuur aangemaakt",
  information: "Factuur 2012-0001 aangemaakt (ID 2002)",
};

/** One that mentions another document of every kind, two of one kind, and the customer last. It has no text. */
export const linkedSample: Sample = {
  event_id: "evt_00000000000000000000000000007002",
  action: "INVOICE_COPIED",
  entity_type: "INVOICE",
  entity_id: "2003",
  entity_ref: "2012-0002",
  actor_user_id: "5",
  actor: { name: null, email: "john@doe.example" },
  occurred_at: "2012-10-02T07:05:09.5Z",
  related: [
    { entity_type: "INVOICE", entity_id: "2002" },
    { entity_type: "RECEIPT", entity_id: "3003" },
    { entity_type: "ESTIMATE", entity_id: "4004" },
    { entity_type: "SALES_ORDER", entity_id: "5005" },
    { entity_type: "DELIVERY_NOTE", entity_id: "6006" },
    { entity_type: "SUBSCRIPTION", entity_id: "7007" },
    { entity_type: "USER", entity_id: "5" },
    { entity_type: "PAYMENT", entity_id: "8008" },
    { entity_type: "INVOICE", entity_id: "2001" },
    { entity_type: "CONTACT", entity_id: "1001" },
  ],
};
