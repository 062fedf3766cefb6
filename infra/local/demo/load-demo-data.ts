import { DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { LocalRuntime } from "#infra/local/runtime.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { AdminResponse } from "#shared/auth/aws/admin-handler.ts";
import { scopes } from "#shared/auth/caller.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-put.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import type { DemoCredentials } from "./banner.ts";
import { generateQuarter } from "./generate-quarter.ts";
import { demoOrg, seedEvents } from "./seed-events.ts";

const otherOrg = { org_id: "org_2b7e4c90", name: "Lighthouse Books BV", slug: "lighthouse-books" } as const;
const demoUser = "usr_demo";

/** A transaction of DynamoDB takes a hundred. Several small ones run at the same time. */
const eventsInTransaction = 25;

/** The documented samples and a quarter of the demo organisation, and a little of another one. */
function demoEvents(): EventInput[] {
  return [
    ...seedEvents,
    ...generateQuarter(demoOrg.org_id, 70, 2026_01),
    ...generateQuarter(otherOrg.org_id, 12, 2026_02),
  ];
}

/**
 * Loads the demo data into a stack and issues credentials. A stack that already has the data keeps it; its old token,
 * whose secret is not stored anywhere, is replaced.
 */
export async function loadDemoData(
  stack: Pick<LocalRuntime, "endpoints" | "functions" | "tables">,
): Promise<DemoCredentials> {
  const account = { region: "us-east-1", credentials: { accessKeyId: "demo", secretAccessKey: "demo" } };
  const lambda = new LambdaClient({ ...account, endpoint: stack.endpoints.lambda });
  const handleAdminRequest: HandleAdminRequest = async (request) => {
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: stack.functions.admin, Payload: JSON.stringify(request) }),
    );
    const reply = answer.Payload?.transformToString() ?? "";
    if (answer.FunctionError !== undefined) throw new Error(`The admin function failed: ${reply}`);
    return JSON.parse(reply);
  };

  const created = await handleAdminRequest({ action: "org.create", ...demoOrg });
  const client = new DynamoDBClient({ ...account, endpoint: stack.endpoints.dynamodb });
  const appended = "error" in created ? undefined : appendAll(demoEvents(), client, stack.tables.events ?? "");
  const [credentials] = await Promise.all([issueCredentials(handleAdminRequest), appended]);
  return credentials;
}

type HandleAdminRequest = (request: AdminRequest) => Promise<AdminResponse>;

/** Creates the second organisation unless it exists, and replaces the token of the demo user. */
async function issueCredentials(handleAdminRequest: HandleAdminRequest): Promise<DemoCredentials> {
  await handleAdminRequest({ action: "org.create", ...otherOrg });
  const listed = await handleAdminRequest({ action: "token.list", org_id: demoOrg.org_id });
  const tokens = "tokens" in listed ? listed.tokens : [];
  for (const { token_id } of tokens.filter(({ user_id, revoked_at }) => user_id === demoUser && revoked_at === null)) {
    await handleAdminRequest({ action: "token.revoke", token_id });
  }
  const issue = async (request: AdminRequest) => {
    const issued = await handleAdminRequest(request);
    if (!("secret" in issued)) throw new Error(`${request.action} of the demo failed: ${JSON.stringify(issued)}`);
    return issued;
  };
  const { org_id, slug } = demoOrg;
  const mine = { org_id, user_id: demoUser };
  const token = await issue({
    action: "token.create",
    org_ids: [org_id],
    scopes: scopes.filter((scope) => scope !== "AIBooks.fullaccess.all"),
    user_id: demoUser,
  });
  await handleAdminRequest({ action: "viewer-key.rotate" });
  const key = await issue({ action: "key.create", ...mine });
  const oauthClient = await issue({ action: "client.create", ...mine });
  if (!("client" in oauthClient)) throw new Error("The demo client has no id.");
  const { client_id } = oauthClient.client;
  return { org_id, slug, token: token.secret, api_key: key.secret, client_id, client_secret: oauthClient.secret };
}

/**
 * Appends events like a service's transactions: one request for many events is much faster than many requests. Those of a
 * document are in one request, the oldest first, so that their sequences are in this order.
 */
async function appendAll(inputs: readonly EventInput[], client: DynamoDBClient, table: string): Promise<void> {
  const now = new Date();
  const events = inputs.map((input, at) => parseEventValue(input, { now, entropy: `demo ${at}` }).event);
  const oldestFirst = events.toSorted((left, right) => Date.parse(left.occurred_at) - Date.parse(right.occurred_at));
  const toPut = (event: ActivityEvent) => {
    const { TableName, Item, ConditionExpression } = buildEventPut(table, event);
    return { Put: { TableName, Item: toStringAttributes(Item), ConditionExpression } };
  };
  const documents = Map.groupBy(oldestFirst, ({ org_id, entity_id }) => `${org_id} ${entity_id}`);
  const transactions: ReturnType<typeof toPut>[][] = [[]];
  for (const puts of [...documents.values()].map((document) => document.map(toPut))) {
    const last = transactions.at(-1) ?? [];
    if (last.length + puts.length <= eventsInTransaction) last.push(...puts);
    else transactions.push(puts);
  }
  await Promise.all(transactions.map((TransactItems) => client.send(new TransactWriteItemsCommand({ TransactItems }))));
}
