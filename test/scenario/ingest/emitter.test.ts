import { CreateTableCommand, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { activityPut } from "#clients/emitter/activity-put.ts";
import { createEmitter } from "#clients/emitter/emitter.ts";
import { anInput } from "#test/support/builders.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startStack();
});

async function listed({ headers }: Tenant): Promise<Record<string, unknown>[]> {
  const response = await stack.get("/api/public/v1/activity?limit=500", headers);
  expect(response.status).toBe(200);
  return Object(await response.json()).activity;
}

describe("emit", () => {
  it("stores events in the log, once when repeated", async () => {
    const tenant = await stack.tenant();
    const { emit } = createEmitter({ queueUrl: stack.queues.ingest ?? "", client: stack.sqs });
    const inputs = Array.from({ length: 25 }, (_, at) => anInput({ org_id: tenant.org_id, entity_id: `inv_${at}` }));
    const results = await emit(inputs);
    const ids = results.flatMap((result) => (result.status === "sent" ? [result.event_id] : []));
    expect(new Set(ids).size).toBe(25);

    const again = await emit(inputs.map((input, at) => ({ ...input, event_id: ids[at] })));
    expect(again.every(({ status }) => status === "sent")).toBe(true);
    const marker = anInput({
      org_id: tenant.org_id,
      entity_id: "inv_last",
      text: "\uFFFF \u0001 😀",
      idempotency_key: "k",
    });
    const [last] = await emit([marker]);
    await until(async () => (await listed(tenant)).length === 26);
    expect((await listed(tenant)).map(({ event_id }) => event_id).sort()).toEqual(
      [...ids, last && "event_id" in last ? last.event_id : ""].sort(),
    );
  });

  it("returns a failure for each event when the queue does not exist", async () => {
    const { emit } = createEmitter({ queueUrl: `${stack.queues.ingest}-none`, client: stack.sqs });
    const results = await emit([anInput(), anInput({ occurred_at: "never" })]);
    expect(results).toMatchObject([
      { status: "failed", reason: expect.stringMatching(/QueueDoesNotExist/) },
      { status: "invalid" },
    ]);
  });
});

describe("activityPut in a service's transaction", () => {
  const TableName = "invoices";
  let client: DynamoDBDocumentClient;

  beforeAll(async () => {
    client = DynamoDBDocumentClient.from(stack.dynamodb);
    await stack.dynamodb.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [{ AttributeName: "invoice_id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "invoice_id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  });

  /** Marks an invoice as sent and appends the event in one transaction. */
  const sendInvoice = ({ org_id }: Tenant, invoice_id: string) =>
    client.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName,
              Item: { invoice_id, status: "SENT" },
              ConditionExpression: "attribute_not_exists(invoice_id)",
            },
          },
          {
            Put: activityPut(client, stack.tables.events ?? "", {
              org_id,
              action: "INVOICE_SENT",
              entity_type: "INVOICE",
              entity_id: invoice_id,
              changes: { status: { old: "DRAFT", new: "SENT" } },
              occurred_at: "2026-05-11T08:30:12Z",
            }),
          },
        ],
      }),
    );

  const stored = async (invoice_id: string) =>
    (await client.send(new GetCommand({ TableName, Key: { invoice_id }, ConsistentRead: true }))).Item;

  it("commits the change and its event together", async () => {
    const tenant = await stack.tenant();
    await sendInvoice(tenant, "inv_committed");
    expect(await stored("inv_committed")).toMatchObject({ status: "SENT" });
    expect(await listed(tenant)).toMatchObject([
      { entity_id: "inv_committed", changes: { status: { old: "DRAFT", new: "SENT" } } },
    ]);
  });

  it("stores no event when the transaction is cancelled", async () => {
    const tenant = await stack.tenant();
    await sendInvoice(tenant, "inv_cancelled");
    await expect(sendInvoice(tenant, "inv_cancelled")).rejects.toThrow(TransactionCanceledException);
    // The log is read consistently with the later marker, so an event of the cancelled transaction would be visible.
    await stack.append([anInput({ org_id: tenant.org_id, entity_id: "inv_marker" })]);
    await until(async () => (await listed(tenant)).some(({ entity_id }) => entity_id === "inv_marker"));
    expect((await listed(tenant)).filter(({ entity_id }) => entity_id === "inv_cancelled")).toHaveLength(1);
  });
});
