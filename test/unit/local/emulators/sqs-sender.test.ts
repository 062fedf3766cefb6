import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { createAwsCaller } from "#infra/local/aws-json.ts";
import { startSqs } from "#infra/local/emulators/sqs.ts";
import { createPrincipals } from "#infra/local/iam/principals.ts";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { createLogsOperations } from "#infra/local/logs/log-groups.ts";
import { createServiceProxy } from "#infra/local/service-proxy/service-proxy.ts";

const Received = z.object({
  Messages: z.array(z.object({ Body: z.string(), Attributes: z.object({ SenderId: z.string() }) })),
});

it("SenderId is the principal of the sender, or the role session of a function", async () => {
  const sqs = await startSqs(undefined);
  onTestFinished(() => sqs.stop());
  const principals = createPrincipals(new Map(), "000000000000");
  const gate = createServiceProxy({
    sqs,
    dynamodb: { origin: "http://127.0.0.1:1", accessKey: "local" },
    keys: { find: () => undefined },
    logGroups: createLogsOperations(new Set(), { write: () => {} }, () => new Date()),
    randomBytes: Buffer.alloc,
    awsEnvironment: { account: "000000000000", region: "us-east-1" },
    beginTableOperation: () => () => {},
    partitionKeys: new Map(),
    origin: "http://127.0.0.1",
    authorize: async () => undefined,
    faultInjector: undefined,
    principalOf: principals.byAccessKey,
    onDenied: () => {},
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
  const asFunction = createAwsCaller(
    origin,
    principals.addFunction("Ingest-Function", "arn:aws:iam::000000000000:role/Ingest"),
    "us-east-1",
  );
  const asOperator = createAwsCaller(origin, "operator", "us-east-1");
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
