import { DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Demo } from "#infra/local/banner.ts";
import type { LocalStack } from "#infra/local/stack.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { AdminReply } from "#shared/auth/aws/admin-handler.ts";
import { putOf } from "#shared/events/dynamodb/event-store.ts";
import { readEvent } from "#shared/events/parse-event.ts";
import type { EventInput } from "#shared/events/schema.ts";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { quarter } from "./quarter.ts";
import { demoOrg, seedEvents } from "./seed-events.ts";

const otherOrg = { org_id: "org_2b7e4c90", name: "Lighthouse Books BV", slug: "lighthouse-books" } as const;
const demoUser = "usr_demo";

/** A transaction of DynamoDB takes a hundred. Several small ones run at the same time. */
const eventsInTransaction = 25;

/** The documented samples and a quarter of the demo organisation, and a little of another one. */
function demoEvents(): EventInput[] {
  return [...seedEvents, ...quarter(demoOrg.org_id, 70, 2026_01), ...quarter(otherOrg.org_id, 12, 2026_02)];
}

/**
 * Fills a stack with the demo data, and issues its token. A stack that has the data keeps it, and gets a new token for
 * the old one, whose secret nobody knows any more.
 */
export async function loadDemo(stack: Pick<LocalStack, "endpoints" | "functions" | "tables">): Promise<Demo> {
  const account = { region: "us-east-1", credentials: { accessKeyId: "demo", secretAccessKey: "demo" } };
  const lambda = new LambdaClient({ ...account, endpoint: stack.endpoints.lambda });
  const administer = async (request: AdminRequest): Promise<AdminReply> => {
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: stack.functions.access, Payload: JSON.stringify(request) }),
    );
    const reply = answer.Payload?.transformToString() ?? "";
    if (answer.FunctionError !== undefined) throw new Error(`The access function failed: ${reply}`);
    return JSON.parse(reply);
  };

  const created = await administer({ action: "org.create", ...demoOrg });
  const isNew = !("error" in created);
  if (isNew) {
    await administer({ action: "org.create", ...otherOrg });
    const client = new DynamoDBClient({ ...account, endpoint: stack.endpoints.dynamodb });
    await appendAll(demoEvents(), client, stack.tables.events ?? "");
  }
  const listed = await administer({ action: "token.list", org_id: demoOrg.org_id });
  const tokens = "tokens" in listed ? listed.tokens : [];
  for (const { token_id } of tokens.filter(({ user_id, revoked_at }) => user_id === demoUser && revoked_at === null)) {
    await administer({ action: "token.revoke", token_id });
  }
  const issue = async (request: AdminRequest) => {
    const issued = await administer(request);
    if (!("secret" in issued)) throw new Error(`${request.action} of the demo failed: ${JSON.stringify(issued)}`);
    return issued;
  };
  const { org_id, slug } = demoOrg;
  const mine = { org_id, user_id: demoUser };
  const token = await issue({
    action: "token.create",
    org_ids: [org_id],
    scopes: ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE"],
    user_id: demoUser,
  });
  const key = await issue({ action: "key.create", ...mine });
  const client = await issue({ action: "client.create", ...mine });
  if (!("client" in client)) throw new Error("The demo client has no id.");
  const { client_id } = client.client;
  return { org_id, slug, token: token.secret, api_key: key.secret, client_id, client_secret: client.secret };
}

/** As a service's own transactions would: one request for many events takes a fraction of the time of as many requests. */
async function appendAll(inputs: readonly EventInput[], client: DynamoDBClient, table: string): Promise<void> {
  const now = new Date();
  const puts = inputs.map((input, at) => {
    const { TableName, Item, ConditionExpression } = putOf(
      table,
      readEvent(input, { now, entropy: `demo ${at}` }).event,
    );
    return { Put: { TableName, Item: textAttributes(Item), ConditionExpression } };
  });
  const transactions = Array.from({ length: Math.ceil(puts.length / eventsInTransaction) }, (_, at) =>
    puts.slice(at * eventsInTransaction, (at + 1) * eventsInTransaction),
  );
  await Promise.all(transactions.map((TransactItems) => client.send(new TransactWriteItemsCommand({ TransactItems }))));
}
