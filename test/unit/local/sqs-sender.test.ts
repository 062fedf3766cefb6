import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { awsCaller } from "#infra/local/aws-json.ts";
import { startSqs } from "#infra/local/emulators/sqs.ts";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { logGroups } from "#infra/local/log-groups.ts";
import { openPrincipals } from "#infra/local/service-proxy/principals.ts";
import { gateHandler } from "#infra/local/service-proxy/proxy.ts";

const Received = z.object({
  Messages: z.array(z.object({ Body: z.string(), Attributes: z.object({ SenderId: z.string() }) })),
});

it("names who sent a message, a function by the session of its role", async () => {
  const sqs = await startSqs(undefined);
  onTestFinished(() => sqs.stop());
  const principals = openPrincipals(new Map(), "000000000000");
  const gate = gateHandler({
    sqs,
    dynamodb: { origin: "http://127.0.0.1:1", accessKey: "local" },
    keys: { find: () => undefined },
    logGroups: logGroups(new Set(), { write: () => {} }, () => new Date()),
    randomBytes: Buffer.alloc,
    where: { account: "000000000000", region: "us-east-1" },
    beginTableOperation: () => () => {},
    partitionKeys: new Map(),
    origin: "http://127.0.0.1",
    judge: async () => undefined,
    faults: undefined,
    principalOf: principals.byAccessKey,
    onRefusal: () => {},
  });
  const server = createServer((request, response) => {
    const [, accessKey = ""] = /Credential=([^/]+)/.exec(request.headers.authorization ?? "") ?? [];
    void gate.handle(request, response, accessKey);
  });
  const origin = await listenOnLoopback(server, 0);
  onTestFinished(async () => {
    gate.close();
    await closeServer(server);
  });
  const asFunction = awsCaller(
    origin,
    principals.addFunction("Ingest-Function", "arn:aws:iam::000000000000:role/Ingest"),
    "us-east-1",
  );
  const asOperator = awsCaller(origin, "operator", "us-east-1");
  const { QueueUrl } = z
    .object({ QueueUrl: z.string() })
    .parse(await asOperator("AmazonSQS.CreateQueue", { QueueName: "Work" }));
  await asFunction("AmazonSQS.SendMessageBatch", { QueueUrl, Entries: [{ Id: "0", MessageBody: "of the function" }] });
  await asOperator("AmazonSQS.SendMessage", { QueueUrl, MessageBody: "of a person" });
  const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] };
  const { Messages } = Received.parse(await asOperator("AmazonSQS.ReceiveMessage", asked));
  expect(Object.fromEntries(Messages.map(({ Body, Attributes }) => [Body, Attributes.SenderId]))).toEqual({
    "of the function": "Ingest:Ingest-Function",
    "of a person": "AIDALOCAL",
  });
});
