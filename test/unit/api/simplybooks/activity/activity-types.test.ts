import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { demoOrg, seedEvents } from "#infra/local/demo/seed-events.ts";
import {
  entityNamings,
  findEntityTypes,
  getNaming,
  toActivityType,
  visibleEntityTypes,
} from "#shared/api/simplybooks/activity/activity-types.ts";
import { actionVerb, documentTypes, type EntityType, entityTypes } from "#shared/events/entity-types.ts";
import { actionPattern, maxActionLength } from "#shared/events/limits.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";

type Happening = { readonly action: string; readonly entity_type: EntityType };

describe("toActivityType, contract examples", () => {
  it.each<[string, EntityType, string]>([
    ["CONTACT_CREATED", "CONTACT", "client_create"],
    ["INVOICE_UPDATED", "INVOICE", "invoice_update"],
    ["INVOICE_SENT", "INVOICE", "invoice_email"],
    ["EMAIL_SENT", "INVOICE", "invoice_email"],
    ["INVOICE_EMAIL_SENT", "INVOICE", "invoice_email"],
    ["PAYMENT_CREATED", "PAYMENT", "invoicepayment_create"],
    ["PAYMENT_CREATED", "INVOICE", "invoicepayment_create"],
    ["NOTE_ADDED", "INVOICE", "invoicenote_create"],
    ["INVOICE_PAID", "INVOICE", "invoicepayment_create"],
    ["COMMENT_ADDED", "INVOICE", "invoicenote_create"],
    ["INVOICE_COMMENT_ADDED", "INVOICE", "invoicenote_create"],
    ["COMMENT_ADDED", "CONTACT", "clientnote_update"],
    ["ESTIMATE_CREATED", "ESTIMATE", "quote_create"],
    ["SALES_ORDER_UPDATED", "SALES_ORDER", "order_update"],
  ])("%s of a %s becomes %s", (action, entity_type, type) => {
    expect(toActivityType({ action, entity_type })).toBe(type);
    expect(findEntityTypes(type)).toContain(entity_type);
  });
});

/** The list on the vendor's page, and something that happens in this log for each. */
const vendorTypes: Readonly<Record<string, readonly [EntityType, string]>> = {
  login: ["USER", "USER_LOGGED_IN"],
  settings_create: ["ACCOUNT", "ACCOUNT_CREATED"],
  settings_update: ["ACCOUNT", "ACCOUNT_UPDATED"],
  settings_password_reset: ["ACCOUNT", "ACCOUNT_PASSWORD_RESET"],
  settings_password_forgot: ["ACCOUNT", "ACCOUNT_PASSWORD_FORGOTTEN"],
  client_create: ["CONTACT", "CONTACT_CREATED"],
  client_update: ["CONTACT", "CONTACT_UPDATED"],
  client_delete: ["CONTACT", "CONTACT_DELETED"],
  clientcontact_create: ["CONTACT", "CONTACT_PERSON_CREATED"],
  clientcontact_update: ["CONTACT", "CONTACT_PERSON_UPDATED"],
  clientcontact_delete: ["CONTACT", "CONTACT_PERSON_DELETED"],
  clientcontact_delete_all: ["CONTACT", "CONTACT_PERSONS_DELETED"],
  clientnote_update: ["CONTACT", "CONTACT_NOTE_UPDATED"],
  invoice_create: ["INVOICE", "INVOICE_CREATED"],
  invoice_update: ["INVOICE", "INVOICE_UPDATED"],
  invoice_create_copy: ["INVOICE", "INVOICE_COPIED"],
  invoice_print: ["INVOICE", "INVOICE_PRINTED"],
  invoice_email: ["INVOICE", "INVOICE_SENT"],
  invoicepayment_create: ["PAYMENT", "PAYMENT_CREATED"],
  invoicepayment_delete: ["PAYMENT", "PAYMENT_DELETED"],
  invoicepayment_delete_all: ["INVOICE", "INVOICE_PAYMENTS_REMOVED"],
  invoicenote_create: ["INVOICE", "COMMENT_ADDED"],
  invoicenote_delete: ["INVOICE", "COMMENT_DELETED"],
  invoicenote_delete_all: ["INVOICE", "COMMENTS_DELETED"],
  backup_create: ["ACCOUNT", "ACCOUNT_BACKUP_CREATED"],
  backup_restore: ["ACCOUNT", "ACCOUNT_BACKUP_RESTORED"],
  import_csv: ["ACCOUNT", "ACCOUNT_CSV_IMPORTED"],
  import_other_account: ["ACCOUNT", "ACCOUNT_OTHER_ACCOUNT_IMPORTED"],
};

describe("toActivityType, vendor list", () => {
  it("has 28 types", () => expect(Object.keys(vendorTypes)).toHaveLength(28));

  it.each(Object.entries(vendorTypes))(
    "contains %s, which an event of the log maps to",
    (type, [entity_type, action]) => {
      expect(action).toMatch(actionPattern);
      expect(toActivityType({ entity_type, action })).toBe(type);
      expect(findEntityTypes(type)).toContain(entity_type);
    },
  );
});

/** Everything that happens in the demo data, and its type. */
const demoTypes: Readonly<Record<string, string>> = {
  "BILL ATTACHMENT_ADDED": "billattachment_create",
  "BILL BILL_APPROVED": "bill_approve",
  "BILL BILL_CREATED": "bill_create",
  "BILL BILL_PAID": "bill_pay",
  "CONTACT CONTACT_CREATED": "client_create",
  "CREDIT_NOTE CREDIT_NOTE_CREATED": "creditnote_create",
  "CREDIT_NOTE CREDIT_NOTE_SENT": "creditnote_email",
  "DEBIT_NOTE DEBIT_NOTE_CREATED": "debitnote_create",
  "ESTIMATE ESTIMATE_ACCEPTED": "quote_accept",
  "ESTIMATE ESTIMATE_CREATED": "quote_create",
  "ESTIMATE ESTIMATE_SENT": "quote_email",
  "ESTIMATE ESTIMATE_STATUS_CHANGED": "quote_status_change",
  "EXPENSE EXPENSE_CREATED": "expense_create",
  "EXPENSE EXPENSE_PAID": "expense_pay",
  "INVOICE COMMENT_ADDED": "invoicenote_create",
  "INVOICE EMAIL_SENT": "invoice_email",
  "INVOICE INVOICE_CREATED": "invoice_create",
  "INVOICE INVOICE_DELETED": "invoice_delete",
  "INVOICE INVOICE_PAID": "invoicepayment_create",
  "INVOICE INVOICE_PARTIALLY_PAID": "invoicepayment_create",
  "INVOICE INVOICE_SENT": "invoice_email",
  "INVOICE INVOICE_UPDATED": "invoice_update",
  "INVOICE INVOICE_VOIDED": "invoice_void",
  "ITEM ITEM_CREATED": "item_create",
  "ITEM ITEM_UPDATED": "item_update",
  "JOURNAL JOURNAL_CREATED": "journal_create",
  "JOURNAL JOURNAL_UPDATED": "journal_update",
  "PAYMENT PAYMENT_CREATED": "invoicepayment_create",
  "PURCHASE_ORDER PURCHASE_ORDER_CREATED": "purchaseorder_create",
  "PURCHASE_ORDER PURCHASE_ORDER_SENT": "purchaseorder_email",
  "RECEIPT RECEIPT_CREATED": "receipt_create",
  "SALES_ORDER SALES_ORDER_CREATED": "order_create",
  "SALES_ORDER SALES_ORDER_STATUS_CHANGED": "order_status_change",
};

const keyOf = ({ entity_type, action }: Happening) => `${entity_type} ${action}`;

it("toActivityType maps every action of the demo data", () => {
  const happened = [...seedEvents, ...generateQuarter(demoOrg.org_id, 268, 2026_01)];
  expect(Object.fromEntries(happened.map((event) => [keyOf(event), toActivityType(event)]))).toEqual(demoTypes);
});

const known: readonly Happening[] = [
  ...seedEvents,
  ...generateQuarter(demoOrg.org_id, 268, 2026_01),
  ...eventTypeCatalogue.filter(({ entity_type }) => getNaming(entity_type) !== undefined),
];

it.each([...new Map(known.map((happening) => [keyOf(happening), happening])).values()])(
  "toActivityType maps $action of a $entity_type to a type without its verb",
  (happening) => {
    const verb = actionVerb(happening).toLowerCase();
    expect(toActivityType(happening)).toMatch(/^[a-z]+_[a-z]+(_[a-z]+)*$/);
    expect(toActivityType(happening)).not.toContain(verb);
  },
);

it("toActivityType keeps an unknown verb", () => {
  expect(toActivityType({ action: "INVOICE_LAMINATED_TWICE", entity_type: "INVOICE" })).toBe("invoice_laminated_twice");
  expect(toActivityType({ action: "CREDIT_NOTE_3D_SCANNED", entity_type: "CREDIT_NOTE" })).toBe(
    "creditnote_3d_scanned",
  );
});

it("toActivityType takes the verb only after the whole entity type", () => {
  expect(toActivityType({ action: "INVOICE_PAID", entity_type: "BILL" })).toBe("bill_invoice_paid");
  expect(toActivityType({ action: "BILL_PAID", entity_type: "BILL" })).toBe("bill_pay");
});

describe("visibleEntityTypes and entityNamings", () => {
  it("contain all document types and the vendor's further types", () => {
    expect(Object.keys(entityNamings).sort()).toEqual([...visibleEntityTypes].sort());
    expect(visibleEntityTypes).toEqual(expect.arrayContaining([...documentTypes]));
  });

  it("have a different noun for each type", () => {
    const nouns = visibleEntityTypes.map((type) => entityNamings[type].noun);
    expect(new Set(nouns).size).toBe(nouns.length);
    const domains = visibleEntityTypes.flatMap((type) => entityNamings[type].domain ?? []);
    expect(new Set(domains).size).toBe(domains.length);
  });

  it("have a naming for exactly the visible types", () => {
    const named = entityTypes.filter((type) => getNaming(type) !== undefined);
    expect([...named].sort()).toEqual([...visibleEntityTypes].sort());
  });

  it.each<[EntityType, string | undefined]>([
    ["CONTACT", "clients"],
    ["INVOICE", "invoices"],
    ["ESTIMATE", "quotes"],
    ["SALES_ORDER", "orders"],
    ["DELIVERY_NOTE", "deliveries"],
    ["RECEIPT", "receipts"],
    ["SUBSCRIPTION", "subscriptions"],
    ["USER", undefined],
    ["ACCOUNT", undefined],
  ])("%s has the domain %s", (type, domain) => expect(getNaming(type)?.domain).toBe(domain));
});

describe("findEntityTypes", () => {
  const anyVerb = fc.stringMatching(/^[A-Z][A-Z0-9]{0,8}(_[A-Z0-9]{1,8}){0,3}$/);
  const knownVerbs = [
    ...new Set([
      ...known.map(actionVerb),
      ...Object.values(vendorTypes).map(([entity_type, action]) => actionVerb({ entity_type, action })),
    ]),
  ];
  const anyHappening = fc
    .record({
      entity_type: fc.constantFrom(...visibleEntityTypes),
      before: fc.constantFrom(...visibleEntityTypes, null),
      verb: fc.oneof(anyVerb, fc.constantFrom(...knownVerbs)),
    })
    .map(({ entity_type, before, verb }) => ({ entity_type, action: before === null ? verb : `${before}_${verb}` }))
    .filter(({ action }) => actionPattern.test(action) && action.length <= maxActionLength);

  it("(property) returns the entity type of any event for its activity type", () => {
    fc.assert(
      fc.property(anyHappening, (happening) => {
        expect(findEntityTypes(toActivityType(happening))).toContain(happening.entity_type);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ["invoice_create", ["INVOICE"]],
    ["invoicepayment_create", ["INVOICE", "PAYMENT"]],
    ["invoicepayment_update", ["PAYMENT"]],
    ["invoicenote_create", ["INVOICE"]],
    ["clientnote_update", ["CONTACT"]],
    ["clientcontact_delete_all", ["CONTACT"]],
    ["login", ["USER"]],
    ["import_csv", ["ACCOUNT"]],
    ["order_update", ["SALES_ORDER"]],
    ["purchaseorder_update", ["PURCHASE_ORDER"]],
  ])("of %s returns only %j", (type, kinds) => expect([...findEntityTypes(type)].sort()).toEqual([...kinds].sort()));

  it.each([
    "",
    "_",
    "_create",
    "invoice",
    "invoice_",
    "invoices_create",
    "INVOICE_CREATE",
    "Invoice_create",
    "invoice create",
    "webhook_endpoint_create",
    "generator_create",
    "nonsense",
    "toString",
    "__proto__",
    " invoice_create",
    "x".repeat(2_000),
  ])("of %j returns no type", (type) => expect(findEntityTypes(type)).toEqual([]));
});
