import { isDeepStrictEqual } from "node:util";
import { activityPut } from "@activity-log/emitter/activity-put";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** What a client sends. Amounts are texts: a floating point number cannot hold every amount exactly. */
const draftSchema = z.strictObject({
  number: z.string().min(1).max(64),
  contact_id: z.string().min(1).max(64),
  total: z.string().regex(/^\d{1,12}\.\d{2}$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
  due_date: z.iso.date(),
});

/** An item of the table. `version` counts its changes. */
const invoiceSchema = draftSchema.extend({
  org_id: z.string(),
  invoice_id: z.string(),
  status: z.enum(["DRAFT", "SENT", "PAID", "VOID"]),
  amount_due: z.string(),
  version: z.number(),
});

type Draft = z.infer<typeof draftSchema>;
type Invoice = z.infer<typeof invoiceSchema>;
/** The authenticated user. The organisation and the actor of an event come from here, never from a request's content. */
export type Caller = { readonly org_id: string; readonly user_id: string; readonly name: string };
type Transition = { readonly from: readonly string[]; readonly to: Invoice["status"]; readonly action: string };

export const transitions: ReadonlyMap<string, Transition> = new Map([
  ["send", { from: ["DRAFT"], to: "SENT", action: "INVOICE_SENT" }],
  ["pay", { from: ["SENT"], to: "PAID", action: "INVOICE_PAID" }],
  ["void", { from: ["DRAFT", "SENT"], to: "VOID", action: "INVOICE_VOIDED" }],
]);

export class InvalidDraftError extends Error {}
export class NotFoundError extends Error {}
export class ConflictError extends Error {}

/** Returns the draft in a JSON text. Throws `InvalidDraftError` if it is not one. */
export function parseDraft(text: string): Draft {
  try {
    return draftSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InvalidDraftError(error instanceof z.ZodError ? z.prettifyError(error) : "The body is not JSON.");
  }
}

/** The fields whose changes an event lists. */
const reportedFields = ["status", "total", "amount_due", "due_date"] as const;

/** Creates the operations on invoices. Each change is stored together with its event, or neither is. */
export function createInvoices(documents: DynamoDBDocumentClient, tables: { invoices: string; events: string }) {
  async function find({ org_id }: Caller, invoice_id: string): Promise<Invoice | null> {
    const request = { TableName: tables.invoices, Key: { org_id, invoice_id }, ConsistentRead: true };
    const { Item } = await documents.send(new GetCommand(request));
    return Item === undefined ? null : invoiceSchema.parse(Item);
  }

  /** Returns an invoice. Throws `NotFoundError` if the organisation has none with this id. */
  async function get(caller: Caller, invoice_id: string): Promise<Invoice> {
    const invoice = await find(caller, invoice_id);
    if (invoice === null) throw new NotFoundError(`No invoice has the id ${invoice_id}.`);
    return invoice;
  }

  /** Returns the new invoice, or the existing one if its draft was the same. Throws `ConflictError` if it was not. */
  async function create(caller: Caller, invoice_id: string, draft: Draft): Promise<Invoice> {
    const existing = await find(caller, invoice_id);
    if (existing === null) {
      const { org_id } = caller;
      const invoice = { ...draft, org_id, invoice_id, status: "DRAFT", amount_due: draft.total, version: 1 } as const;
      return save(caller, "INVOICE_CREATED", null, invoice);
    }
    if (isDeepStrictEqual(draftSchema.strip().parse(existing), draft)) return existing;
    throw new ConflictError(`Another invoice has the id ${invoice_id}.`);
  }

  /** Returns the changed invoice. Throws `NotFoundError`, or `ConflictError` if its status does not allow the change. */
  async function change(caller: Caller, invoice_id: string, { from, to, action }: Transition): Promise<Invoice> {
    const before = await get(caller, invoice_id);
    if (!from.includes(before.status)) throw new ConflictError(`The invoice is ${before.status}.`);
    const amount_due = to === "SENT" ? before.amount_due : "0.00";
    return save(caller, action, before, { ...before, status: to, amount_due, version: before.version + 1 });
  }

  /** Stores the invoice, if nothing has changed it since `before` was read, and the event, in one transaction. */
  async function save(caller: Caller, action: string, before: Invoice | null, after: Invoice): Promise<Invoice> {
    const changed = reportedFields.filter((field) => before?.[field] !== after[field]);
    const event = activityPut(documents, tables.events, {
      org_id: caller.org_id,
      action,
      entity_type: "INVOICE",
      entity_id: after.invoice_id,
      entity_ref: after.number,
      actor_user_id: caller.user_id,
      actor: { name: caller.name, type: "user" },
      changes: Object.fromEntries(changed.map((field) => [field, { old: before?.[field] ?? null, new: after[field] }])),
      metadata: { currency: after.currency },
      related: [{ entity_type: "CONTACT", entity_id: after.contact_id }],
      occurred_at: new Date().toISOString(),
    });
    const condition =
      before === null
        ? { ConditionExpression: "attribute_not_exists(invoice_id)" }
        : { ConditionExpression: "version = :read", ExpressionAttributeValues: { ":read": before.version } };
    const invoice = { TableName: tables.invoices, Item: after, ...condition };
    await documents
      .send(new TransactWriteCommand({ TransactItems: [{ Put: invoice }, { Put: event }] }))
      .catch((error: unknown) => {
        const [reason] = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
        const isConflict = reason?.Code === "ConditionalCheckFailed" || reason?.Code === "TransactionConflict";
        throw isConflict ? new ConflictError("The invoice was changed at the same time. Read it again.") : error;
      });
    return after;
  }

  return { get, create, change };
}

export type Invoices = ReturnType<typeof createInvoices>;
