/** An event as the contract shows it. */
export type ContractEvent = {
  readonly event_id: string;
  readonly action: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly entity_ref: string | null;
  readonly actor_user_id: string | null;
  readonly changes: Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>> | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly occurred_at: string;
};

export type ContractPage = {
  readonly code: 0;
  readonly message: "success";
  readonly activity: readonly ContractEvent[];
  readonly page_context: { readonly limit: number; readonly returned: number; readonly has_more_page: boolean };
};

/** The sample answers of the published contract, key by key in its order, under the requests that they answer. */
export const contractPages: Readonly<Record<string, ContractPage>> = {
  "/api/public/v1/activity?entity_type=INVOICE&since=2026-05-11T00:00:00Z&limit=50": {
    code: 0,
    message: "success",
    activity: [
      {
        event_id: "evt_4e2a91f06e6c4b4eac9d8d23b6d1c401",
        action: "INVOICE_PAID",
        entity_type: "INVOICE",
        entity_id: "inv_8c3f1a9b",
        entity_ref: "INV-2026-0042",
        actor_user_id: null,
        changes: { status: { old: "SENT", "new": "PAID" } },
        metadata: { source: "RAZORPAY_WEBHOOK", payment_id: "pay_NfX0g3y4z5a6b7", request_id: "req_a1b2c3d4e5f6" },
        occurred_at: "2026-05-12T07:51:33Z",
      },
      {
        event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
        action: "INVOICE_SENT",
        entity_type: "INVOICE",
        entity_id: "inv_8c3f1a9b",
        entity_ref: "INV-2026-0042",
        actor_user_id: "usr_xyz",
        changes: { status: { old: "DRAFT", "new": "SENT" } },
        metadata: {
          source: "PUBLIC_API",
          ip: "203.0.113.4",
          user_agent: "AIBooks-CLI/0.4",
          request_id: "req_7f6b3c8e1d22",
        },
        occurred_at: "2026-05-11T08:30:12Z",
      },
      {
        event_id: "evt_2c098dd04c4a292c9b7b6b01948b020f",
        action: "INVOICE_CREATED",
        entity_type: "INVOICE",
        entity_id: "inv_8c3f1a9b",
        entity_ref: "INV-2026-0042",
        actor_user_id: "usr_xyz",
        changes: null,
        metadata: { source: "DASHBOARD", ip: "203.0.113.4" },
        occurred_at: "2026-05-11T08:14:02Z",
      },
    ],
    page_context: { limit: 50, returned: 3, has_more_page: false },
  },
  "/api/public/v1/invoices/inv_8c3f1a9b/activity?limit=20": {
    code: 0,
    message: "success",
    activity: [
      {
        event_id: "evt_4e2a91f06e6c4b4eac9d8d23b6d1c401",
        action: "INVOICE_PAID",
        entity_type: "INVOICE",
        entity_id: "inv_8c3f1a9b",
        entity_ref: "INV-2026-0042",
        actor_user_id: null,
        changes: { status: { old: "SENT", "new": "PAID" } },
        metadata: { source: "RAZORPAY_WEBHOOK", payment_id: "pay_NfX0g3y4z5a6b7" },
        occurred_at: "2026-05-12T07:51:33Z",
      },
      {
        event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
        action: "EMAIL_SENT",
        entity_type: "INVOICE",
        entity_id: "inv_8c3f1a9b",
        entity_ref: "INV-2026-0042",
        actor_user_id: "usr_xyz",
        changes: null,
        metadata: { to: ["priya@acme.in"], ses_message_id: "0102018a-4d1f-..." },
        occurred_at: "2026-05-11T08:32:14Z",
      },
    ],
    page_context: { limit: 20, returned: 2, has_more_page: false },
  },
  "/api/public/v1/bills/bill_2d4e6f8a/activity": {
    code: 0,
    message: "success",
    activity: [
      {
        event_id: "evt_9a87b6c5d4e3f2a1b0c9d8e7f6a5b4c3",
        action: "BILL_APPROVED",
        entity_type: "BILL",
        entity_id: "bill_2d4e6f8a",
        entity_ref: "BILL-2026-0118",
        actor_user_id: "usr_approver_01",
        changes: { status: { old: "PENDING_APPROVAL", "new": "APPROVED" } },
        metadata: { source: "DASHBOARD", approval_step: 2 },
        occurred_at: "2026-05-12T06:14:00Z",
      },
    ],
    page_context: { limit: 100, returned: 1, has_more_page: false },
  },
  "/api/public/v1/estimates/est_9b1c3d5e/activity?limit=10": {
    code: 0,
    message: "success",
    activity: [
      {
        event_id: "evt_e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6",
        action: "ESTIMATE_ACCEPTED",
        entity_type: "ESTIMATE",
        entity_id: "est_9b1c3d5e",
        entity_ref: "EST-2026-0073",
        actor_user_id: null,
        changes: { status: { old: "SENT", "new": "ACCEPTED" } },
        metadata: { source: "CUSTOMER_PORTAL", accepted_by: "rohit@contoso.in" },
        occurred_at: "2026-05-09T11:02:11Z",
      },
      {
        event_id: "evt_d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5",
        action: "ESTIMATE_SENT",
        entity_type: "ESTIMATE",
        entity_id: "est_9b1c3d5e",
        entity_ref: "EST-2026-0073",
        actor_user_id: "usr_xyz",
        changes: { status: { old: "DRAFT", "new": "SENT" } },
        metadata: { source: "PUBLIC_API", to: ["rohit@contoso.in"] },
        occurred_at: "2026-05-08T14:30:45Z",
      },
    ],
    page_context: { limit: 10, returned: 2, has_more_page: false },
  },
};

/** The event that the contract explains the shape with. */
export const contractEvent: ContractEvent = {
  event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
  action: "INVOICE_SENT",
  entity_type: "INVOICE",
  entity_id: "inv_abc",
  entity_ref: "INV-2026-0042",
  actor_user_id: "usr_xyz",
  changes: { status: { old: "DRAFT", "new": "SENT" } },
  metadata: { ip: "203.0.113.4", user_agent: "AIBooks-CLI/0.4", request_id: "req_7f6b3c8e1d22", source: "PUBLIC_API" },
  occurred_at: "2026-05-11T08:30:12Z",
};
