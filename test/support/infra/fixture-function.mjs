// The function of the runtime's own scenario. The path, message or record determines what it does.
import { randomUUID } from "node:crypto";
import { env, exit } from "node:process";

const environment = randomUUID();
const { AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl, AWS_ENDPOINT_URL_KMS: kmsUrl } = env;
const { AWS_ACCESS_KEY_ID: accessKey, SEEN: TableName, PINNED, KEY: KeyId } = env;

const scope = `${accessKey}/20260101/us-east-1/any/aws4_request`;

async function call(endpoint, version, target, input) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": `application/x-amz-json-${version}`,
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
}

const dynamodb = (operation, input) => call(dynamodbUrl, "1.0", `DynamoDB_20120810.${operation}`, input);
const kms = (operation, input) => call(kmsUrl, "1.1", `TrentService.${operation}`, input);

const seen = (name) => dynamodb("PutItem", { TableName, Item: { pk: { S: name } } });

/** Settles once both requests of a pair are being served at the same time. */
async function meet({ me, other }) {
  await seen(me);
  for (;;) {
    const { body } = await dynamodb("GetItem", { TableName, Key: { pk: { S: other } } });
    if (body.Item) return { environment };
  }
}

const paths = {
  "/meet": (event) => meet(event.queryStringParameters),
  "/event": (event) => ({
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(event),
  }),
  "/environment": () => env,
  "/pin": ({ body }) => dynamodb("PutItem", { TableName: PINNED, Item: { pk: { S: body } } }),
  "/pin-all": ({ body }) => {
    const TransactItems = JSON.parse(body).map((pk) => ({ Put: { TableName: PINNED, Item: { pk: { S: pk } } } }));
    return dynamodb("TransactWriteItems", { TransactItems });
  },
  "/data-key": ({ body }) => kms("GenerateDataKey", { KeyId, KeySpec: "AES_256", EncryptionContext: { name: body } }),
  "/encrypt": ({ body }) => kms("Encrypt", { KeyId, Plaintext: body, EncryptionContext: { name: "pin#1" } }),
  "/ticked": () => seen("ticked"),
  "/forbidden": () => dynamodb("DeleteItem", { TableName, Key: { pk: { S: "x" } } }),
  "/limited": () => "ok",
  "/throw": () => {
    throw new TypeError("the reason");
  },
  "/reject": () => {
    Promise.reject(new RangeError("not awaited"));
    return new Promise(() => {});
  },
  "/exit": () => exit(3),
  "/hang": () => new Promise(() => {}),
  "/print": () => console.log('{"printed":true}'),
};

export async function handler(event, context) {
  if (event.source === "aws.events") return seen(`ticked at ${event.time}`);
  if (event.Records === undefined) return paths[event.rawPath](event, context);
  const batchItemFailures = [];
  for (const { messageId, body, dynamodb: change } of event.Records) {
    const name = body ?? change.Keys.pk.S;
    if (name === "poison") throw new Error("poison");
    if (name === "bad") batchItemFailures.push({ itemIdentifier: messageId });
    else await seen(`seen ${name}`);
  }
  return { batchItemFailures };
}
