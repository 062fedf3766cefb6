type ApiEvent = Readonly<Record<string, unknown>>;

const hourMs = 3_600_000;

const invoice = { entity_type: "INVOICE", entity_id: "inv_8c3f1a9b", entity_ref: "INV-2026-0042" };
const bill = { entity_type: "BILL", entity_id: "bill_2d7e", entity_ref: "BILL-2026-0118" };
const related = [{ entity_type: "CONTACT", entity_id: "con_acme", entity_ref: "Acme India" }];
const priya = byUser("usr_xyz", "Priya Sharma");

/** Returns the fields of an actor. */
export function byUser(user_id: string | null, name: string | null, type = "user", on_behalf_of: unknown = null) {
  return { actor_user_id: user_id, actor: { user_id, name, type, on_behalf_of } };
}

/** Returns the whole id of an event for its last characters. */
export function toEventId(end: string): string {
  return `evt_4e2a91f06e6c4b4eac9d${end.padStart(12, "0")}`;
}

/** Returns an event as the API sends it, so many hours before a time. */
export function anActivity(id: string, action: string, hours: number, now: Date, fields: ApiEvent = {}): ApiEvent {
  return {
    event_id: toEventId(id),
    action,
    ...invoice,
    ...byUser(null, null),
    changes: null,
    metadata: {},
    occurred_at: new Date(now.getTime() - hours * hourMs).toISOString(),
    text: "",
    related: [],
    ...fields,
  };
}

/** Returns the life of an invoice, and what happened around it, newest first. */
export function sampleActivity(now: Date): readonly ApiEvent[] {
  const agent = byUser("agt_1", "Acme Autopilot", "agent", { user_id: "usr_xyz", name: "Priya Sharma" });
  return [
    anActivity("9", "INVOICE_PAID", 0.03, now, {
      related,
      changes: { status: { old: "SENT", new: "PAID" }, amount_due: { old: "118000.00", new: "0.00" } },
      metadata: { currency: "INR", source: "RAZORPAY_WEBHOOK", payment_id: "pay_NfX0g3y4z5a6b7" },
    }),
    anActivity("8", "EMAIL_SENT", 1.2, now, { ...priya, metadata: { to: ["priya@acme.in"] } }),
    anActivity("7", "INVOICE_SENT", 2.2, now, { ...priya, changes: { status: { old: "DRAFT", new: "SENT" } } }),
    anActivity("6", "INVOICE_UPDATED", 3.5, now, {
      ...agent,
      changes: {
        due_date: { old: "2026-06-01", new: "2026-06-15" },
        total: { old: "100000.00", new: "118000.00" },
        notes: { old: null, new: "Net 30, payable by bank transfer" },
      },
      metadata: { currency: "INR" },
    }),
    anActivity("5", "COMMENT_ADDED", 26, now, byUser("usr_jan", "Jan Novák")),
    anActivity("4", "INVOICE_FISCALIZED", 27, now, {
      ...byUser("int_1", "Fiscal Bridge", "integration"),
      text: "Invoice INV-2026-0042 registered with the tax authority",
    }),
    anActivity("3", "BILL_APPROVED", 28, now, {
      ...bill,
      ...byUser("usr_mei", "Mei Tanaka"),
      changes: { status: { old: "PENDING_APPROVAL", new: "APPROVED" } },
    }),
    anActivity("2", "BILL_VOIDED", 200, now, {
      ...bill,
      ...byUser("usr_maria", "Maria van den Berg"),
      changes: { status: { old: "OVERDUE", new: "VOID" } },
    }),
    anActivity("1", "INVOICE_CREATED", 201, now, priya),
  ];
}
