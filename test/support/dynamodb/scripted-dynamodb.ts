import { createServer } from "node:http";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { listenOnLoopback } from "#infra/local/listen.ts";

export type SentRequest = { readonly operation: string; readonly body: Record<string, unknown> };

/** An item that no store can parse. The requests before parsing are recorded nevertheless. */
const someItem = { pk: { S: "some" }, sk: { S: "item" }, version: { N: "1" } };

const refusal = (Item?: object) => ({ status: 400, body: { __type: "ConditionalCheckFailedException", Item } });

/** Returns the possible responses to an operation, the usual one first. `item` is one that the store can parse. */
function responsesTo({ operation, body }: SentRequest, item: object): readonly { status: number; body: object }[] {
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

/** Responses that are varied: those to the first requests of a call. Later requests get the usual response. */
const variedResponses = 2;

/** Starts a DynamoDB that gives, call by call, every response that DynamoDB may give to the first requests. */
export async function startScriptedDynamoDb() {
  let script: readonly number[] = [];
  let item: object = someItem;
  let sent: SentRequest[] = [];
  let choices: number[] = [];
  const server = createServer(async (request, response) => {
    const body: Record<string, unknown> = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const responses = responsesTo({ operation, body }, item);
    const { status, body: content } = responses[script[sent.length] ?? 0] ?? { status: 500, body: {} };
    sent.push({ operation, body });
    choices.push(responses.length);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(content));
  });
  const endpoint = await listenOnLoopback(server, 0);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });

  /**
   * Runs a call once for each combination of responses, with `parsable` as the item that DynamoDB returns. Returns all
   * requests. Errors of the call are ignored.
   */
  async function explore(call: () => Promise<unknown>, parsable: object): Promise<readonly SentRequest[]> {
    const all: SentRequest[] = [];
    const pending: (readonly number[])[] = [[]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      script = next;
      item = parsable;
      sent = [];
      choices = [];
      await call().catch(() => undefined);
      all.push(...sent.slice(0, 8));
      // The run gave the usual response to each request beyond its script: the other responses are still to be tried.
      for (let at = next.length; at < Math.min(sent.length, variedResponses); at++) {
        const usual = Array.from({ length: at - next.length }, () => 0);
        const others = Array.from({ length: (choices[at] ?? 1) - 1 }, (_, other) => other + 1);
        pending.push(...others.map((other) => [...next, ...usual, other]));
      }
    }
    return all;
  }

  return {
    client,
    explore,
    close() {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
