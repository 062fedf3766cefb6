import type { EventInput } from "#shared/events/event-input.ts";

export const demoOrg = {
  org_id: "org_8f9a1c2d",
  name: "Acme Traders Private Limited",
  slug: "acme-traders",
  account_number: "1001",
  time_zone: "Asia/Kolkata",
  robot_name: "Acme Autopilot",
} as const;

const invoice: Pick<EventInput, "org_id" | "entity_type" | "entity_id" | "entity_ref" | "related"> = {
  org_id: demoOrg.org_id,
  entity_type: "INVOICE",
  entity_id: "inv_8c3f1a9b",
  entity_ref: "INV-2026-0042",
  related: [{ entity_type: "CONTACT", entity_id: "con_acme", entity_ref: "Acme India" }],
};

const estimate: typeof invoice = {
  org_id: demoOrg.org_id,
  entity_type: "ESTIMATE",
  entity_id: "est_9b1c3d5e",
  entity_ref: "EST-2026-0073",
  related: [{ entity_type: "CONTACT", entity_id: "con_contoso", entity_ref: "Contoso India" }],
};

const priya = { name: "Priya Sharma", email: "priya@acme.in", avatar_url: null };

/** The sample events of the FinzBooks documentation, exactly; only the second `evt_3d1a80e0…` has an id of its own. */
export const seedEvents: readonly EventInput[] = [
  {
    ...invoice,
    event_id: "evt_4e2a91f06e6c4b4eac9d8d23b6d1c401",
    action: "INVOICE_PAID",
    actor_user_id: null,
    changes: { status: { old: "SENT", new: "PAID" } },
    metadata: { source: "RAZORPAY_WEBHOOK", payment_id: "pay_NfX0g3y4z5a6b7", request_id: "req_a1b2c3d4e5f6" },
    occurred_at: "2026-05-12T07:51:33Z",
  },
  {
    ...invoice,
    event_id: "evt_5e0b91a27d6c4f0e8b1a3c9d2f417a60",
    action: "EMAIL_SENT",
    actor_user_id: "usr_xyz",
    actor: priya,
    changes: null,
    metadata: { to: ["priya@acme.in"], ses_message_id: "0102018a-4d1f-..." },
    occurred_at: "2026-05-11T08:32:14Z",
  },
  {
    ...invoice,
    event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
    action: "INVOICE_SENT",
    actor_user_id: "usr_xyz",
    actor: priya,
    changes: { status: { old: "DRAFT", new: "SENT" } },
    metadata: {
      source: "PUBLIC_API",
      ip: "203.0.113.4",
      user_agent: "AIBooks-CLI/0.4",
      request_id: "req_7f6b3c8e1d22",
    },
    occurred_at: "2026-05-11T08:30:12Z",
  },
  {
    ...invoice,
    event_id: "evt_2c098dd04c4a292c9b7b6b01948b020f",
    action: "INVOICE_CREATED",
    actor_user_id: "usr_xyz",
    actor: priya,
    changes: null,
    metadata: { source: "DASHBOARD", ip: "203.0.113.4" },
    occurred_at: "2026-05-11T08:14:02Z",
  },
  {
    ...invoice,
    entity_id: "inv_abc",
    event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
    action: "INVOICE_SENT",
    actor_user_id: "usr_xyz",
    actor: priya,
    changes: { status: { old: "DRAFT", new: "SENT" } },
    metadata: {
      ip: "203.0.113.4",
      user_agent: "AIBooks-CLI/0.4",
      request_id: "req_7f6b3c8e1d22",
      source: "PUBLIC_API",
    },
    occurred_at: "2026-05-11T08:30:12Z",
  },
  {
    org_id: demoOrg.org_id,
    event_id: "evt_9a87b6c5d4e3f2a1b0c9d8e7f6a5b4c3",
    action: "BILL_APPROVED",
    entity_type: "BILL",
    entity_id: "bill_2d4e6f8a",
    entity_ref: "BILL-2026-0118",
    actor_user_id: "usr_approver_01",
    changes: { status: { old: "PENDING_APPROVAL", new: "APPROVED" } },
    metadata: { source: "DASHBOARD", approval_step: 2 },
    occurred_at: "2026-05-12T06:14:00Z",
  },
  {
    ...estimate,
    event_id: "evt_e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6",
    action: "ESTIMATE_ACCEPTED",
    actor_user_id: null,
    changes: { status: { old: "SENT", new: "ACCEPTED" } },
    metadata: { source: "CUSTOMER_PORTAL", accepted_by: "rohit@contoso.in" },
    occurred_at: "2026-05-09T11:02:11Z",
  },
  {
    ...estimate,
    event_id: "evt_d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5",
    action: "ESTIMATE_SENT",
    actor_user_id: "usr_xyz",
    actor: priya,
    changes: { status: { old: "DRAFT", new: "SENT" } },
    metadata: { source: "PUBLIC_API", to: ["rohit@contoso.in"] },
    occurred_at: "2026-05-08T14:30:45Z",
  },
];
