import { createServer } from "node:http";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { listenOnLoopback } from "#infra/local/listen.ts";

export type SentRequest = { readonly operation: string; readonly body: Record<string, unknown> };

/** An item that the parsers of no store accept; what is asked before parsing is recorded all the same. */
const someItem = { pk: { S: "some" }, sk: { S: "item" }, version: { N: "1" } };

const refusal = (Item?: object) => ({ status: 400, body: { __type: "ConditionalCheckFailedException", Item } });

/** What DynamoDB may answer to an operation, the usual answer first. `item` is one that the store can parse. */
function answersTo({ operation, body }: SentRequest, item: object): readonly { status: number; body: object }[] {
  switch (operation) {
    case "Query":
      return [
        { status: 200, body: { Items: [item] } },
        { status: 200, body: { Items: [], LastEvaluatedKey: someItem } },
      ];
    case "GetItem":
      return [
        { status: 200, body: { Item: item } },
        { status: 200, body: {} },
      ];
    case "BatchGetItem":
      return [
        { status: 200, body: { Responses: {} } },
        { status: 200, body: { UnprocessedKeys: body.RequestItems } },
      ];
    case "TransactWriteItems": {
      const items = Array.isArray(body.TransactItems) ? body.TransactItems : [];
      const cancelled = (Code: string) => ({
        status: 400,
        body: { __type: "TransactionCanceledException", CancellationReasons: items.map(() => ({ Code })) },
      });
      return [{ status: 200, body: {} }, cancelled("ConditionalCheckFailed"), cancelled("TransactionConflict")];
    }
    default:
      return [{ status: 200, body: { Attributes: item } }, refusal(item), refusal()];
  }
}

/**
 * A DynamoDB that answers by a script: the n-th request of a run gets the answer with the n-th number of the script, or
 * the last that there is, and those beyond it the usual one.
 */
export async function startScriptedDynamoDb() {
  let script: readonly number[] = [];
  let item: object = someItem;
  let sent: SentRequest[] = [];
  const server = createServer(async (request, response) => {
    const body: Record<string, unknown> = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const choice = script[sent.length] ?? 0;
    sent.push({ operation, body });
    const answers = answersTo({ operation, body }, item);
    const answer = answers[Math.min(choice, answers.length - 1)] ?? { status: 500, body: {} };
    response
      .writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" })
      .end(JSON.stringify(answer.body));
  });
  const endpoint = await listenOnLoopback(server, 0);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });

  /** Runs a call with one script, and gives what was sent; what it throws does not matter. */
  const run = async (call: () => Promise<unknown>, next: readonly number[], parsable: object) => {
    [script, item, sent] = [next, parsable, []];
    await call().catch(() => undefined);
    return sent.slice(0, 8);
  };
  return {
    client,
    run,
    close() {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Every script of two answers: three choices for each. A third request after two odd answers gets the usual one. */
export const scripts: readonly (readonly number[])[] = [0, 1, 2].flatMap((first) =>
  [0, 1, 2].map((second) => [first, second]),
);
