import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type AwsCall, createAwsCaller } from "#infra/local/aws-json.ts";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import { type LocalRuntime, startLocalRuntime } from "#infra/local/runtime.ts";
import type { ScheduleClock } from "#infra/local/schedules/clock.ts";
import { fixtureAssembly } from "#test/support/infra/fixture-assembly.ts";
import { until } from "#test/support/until.ts";

const assembly = fixtureAssembly();
const logs = mkdtempSync(join(tmpdir(), "runtime-logs-"));
let stack: LocalRuntime;
let aws: AwsCall;
let lambda: LambdaClient;
let kms: KMSClient;
const firstTick = Promise.withResolvers<Date>();

/** One tick, when the test says so. */
const ticks: ScheduleClock = async function* (_, signal) {
  signal.addEventListener("abort", () => firstTick.reject(signal.reason));
  const tick = await firstTick.promise.catch(() => undefined);
  if (tick !== undefined) yield tick;
};

beforeAll(async () => {
  stack = await startLocalRuntime({ ...activityLog(join(logs, "anchors")), assembly, logs, clock: ticks });
  aws = createAwsCaller(stack.endpoints.dynamodb, "operator", "us-east-1");
  const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
  lambda = new LambdaClient({ region: "us-east-1", credentials, endpoint: stack.endpoints.lambda, maxAttempts: 1 });
  kms = new KMSClient({ region: "us-east-1", credentials, endpoint: stack.endpoints.kms, maxAttempts: 1 });
});

afterAll(async () => {
  await stack.stop();
  for (const folder of [assembly, logs]) rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, init: RequestInit = {}) => fetch(`${stack.api}${path}`, init);

async function invoke(FunctionName: string | undefined, event: unknown) {
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
  return { error: answer.FunctionError, payload: JSON.parse(answer.Payload?.transformToString() ?? "null") };
}

async function isSeen(name: string): Promise<boolean> {
  const Key = { pk: { S: name } };
  const answer = await aws("DynamoDB_20120810.GetItem", { TableName: stack.tables.seen, Key });
  return typeof answer === "object" && answer !== null && "Item" in answer;
}

const put = (name: string) =>
  aws("DynamoDB_20120810.PutItem", { TableName: stack.tables.log, Item: { pk: { S: name } } });

const send = (body: string) => aws("AmazonSQS.SendMessage", { QueueUrl: stack.queues.work, MessageBody: body });

const aText = { DataType: "String", StringValue: "text" };
const DataKey = z.object({
  body: z.object({ CiphertextBlob: z.string(), KeyId: z.string(), Plaintext: z.string() }),
});
const Received = z.object({
  Messages: z
    .array(
      z.object({
        Body: z.string(),
        Attributes: z.object({ MessageGroupId: z.string().optional(), SentTimestamp: z.string() }),
      }),
    )
    .default([]),
});

/** The next message of a queue. */
async function nextMessage(queueUrl: string | undefined): Promise<string> {
  const received = JSON.stringify(await aws("AmazonSQS.ReceiveMessage", { QueueUrl: queueUrl, WaitTimeSeconds: 20 }));
  const body: unknown = JSON.parse(received).Messages?.[0]?.Body;
  if (typeof body !== "string") throw new Error("The queue stayed empty.");
  return body;
}

describe("hosted function", () => {
  it("gets a second environment while the first is busy", async () => {
    const pair = await Promise.all([get("/meet?me=a&other=b"), get("/meet?me=b&other=a")]);
    const [first, second] = await Promise.all(pair.map((response) => response.text()));
    expect(first).not.toBe(second);
  });

  it("sees only the environment variables of Lambda", async () => {
    const environment = await (await get("/environment")).json();
    expect(environment).toMatchObject({
      SEEN: stack.tables.seen,
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: stack.functions.web,
      TZ: ":UTC",
      WEBHOOKS_TO_LOOPBACK: "allow",
    });
    expect(environment).not.toHaveProperty("PATH");
    expect(environment).not.toHaveProperty("HOME");
  });

  it("is stopped at its timeout, and gets a new environment", async () => {
    const { hanging } = stack.functions;
    expect(await invoke(hanging, { rawPath: "/hang" })).toEqual({
      error: "Unhandled",
      payload: {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
      },
    });
    expect(await invoke(hanging, { rawPath: "/limited" })).toEqual({ error: undefined, payload: "ok" });
  });

  it("is throttled beyond its reserved concurrency", async () => {
    const both = await Promise.allSettled([1, 2].map(() => invoke(stack.functions.hanging, { rawPath: "/hang" })));
    const refused = both.filter((result) => result.status === "rejected");
    expect(refused.map(({ reason }) => reason.name)).toEqual(["TooManyRequestsException"]);
  });

  it.each([
    ["/throw", { errorType: "TypeError", errorMessage: "the reason" }],
    ["/reject", { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "not awaited" }],
    ["/exit", { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(/exit status 3$/) }],
  ])("reports an error of %s", async (rawPath, error) => {
    const { error: kind, payload } = await invoke(stack.functions.web, { rawPath });
    expect(kind).toBe("Unhandled");
    expect(payload).toMatchObject(error);
  });

  it("writes to the file of its log group", async () => {
    await get("/print");
    await until(() => readFileSync(join(logs, "web.log"), "utf8").includes('\n{"printed":true}\n'));
  });
});

describe("Lambda Invoke", () => {
  it("rejects unknown functions", async () => {
    await expect(invoke("nope", {})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("does nothing on a dry run, and returns immediately for an asynchronous invocation", async () => {
    const call = (InvocationType: "DryRun" | "Event", rawPath: string) => {
      const Payload = JSON.stringify({ rawPath, queryStringParameters: { me: "event", other: "event" } });
      return lambda.send(new InvokeCommand({ FunctionName: stack.functions.web, InvocationType, Payload }));
    };
    expect((await call("DryRun", "/exit")).StatusCode).toBe(204);
    expect((await call("Event", "/meet")).StatusCode).toBe(202);
    await until(() => isSeen("event"));
  });
});

describe("HTTP API of the runtime", () => {
  it("forwards a request to the function, and returns its response", async () => {
    const response = await get("/event?x=%20", { method: "POST", body: "hi" });
    expect(await response.json()).toMatchObject({ rawPath: "/event", rawQueryString: "x=%20", body: "hi" });
  });

  it("returns HEAD without a body, with its length", async () => {
    const response = await get("/event", { method: "HEAD" });
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(100);
    expect(await response.text()).toBe("");
  });

  it.each([20_000, 1_000_000])("returns 431 for a header of %i bytes", async (bytes) => {
    const response = await get("/event", { headers: { "x-long": "x".repeat(bytes) } });
    expect(response.status).toBe(431);
    expect(await response.json()).toEqual({ message: "Request Header Fields Too Large" });
  });

  it("returns 413 for a body above 10 MB", async () => {
    const response = await get("/event", { method: "POST", body: "x".repeat(11 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: "Request Entity Too Large" });
  });

  it("returns 429 above the burst of the stage", async () => {
    const responses = await Promise.all(Array.from({ length: 40 }, () => get("/limited")));
    const counts = Map.groupBy(responses, ({ status }) => status);
    expect([...counts.keys()].sort()).toEqual([200, 429]);
    expect(await counts.get(429)?.[0]?.json()).toEqual({ message: "Too Many Requests" });
  });
});

describe("IAM policies", () => {
  it("deny a function actions that its role does not allow", async () => {
    const refusal = JSON.parse(await (await get("/forbidden")).text());
    expect(refusal.status).toBe(400);
    expect(refusal.body.__type).toMatch(/#AccessDeniedException$/);
    expect(refusal.body.message).toMatch(
      /assumed-role\/Role\/Web is not authorized to perform: dynamodb:DeleteItem on resource/,
    );
  });

  it("deny a function items that its role does not allow", async () => {
    const post = async (path: string, body: string) => (await get(path, { method: "POST", body })).json();
    const isRefused = { status: 400, body: { __type: expect.stringMatching(/#AccessDeniedException$/) } };
    expect(await post("/pin", "pin#1")).toMatchObject({ status: 200 });
    expect(await post("/pin", "org#1")).toMatchObject(isRefused);
    expect(await post("/pin-all", '["pin#2","pin#3"]')).toMatchObject({ status: 200 });
    expect(await post("/pin-all", '["pin#4","org#1"]')).toMatchObject(isRefused);
  });

  it("deny the operator actions that the table's policy denies", async () => {
    const update = { TableName: stack.tables.log, Key: { pk: { S: "x" } }, UpdateExpression: "REMOVE a" };
    await expect(aws("DynamoDB_20120810.UpdateItem", update)).rejects.toMatchObject({ code: "AccessDeniedException" });
    const transaction = { TransactItems: [{ Update: update }] };
    await expect(aws("DynamoDB_20120810.TransactWriteItems", transaction)).rejects.toMatchObject({
      code: "AccessDeniedException",
    });
  });
});

describe("KMS", () => {
  it("gives a function data keys that others with the right can open, in the SDK's protocol", async () => {
    const answer = await (await get("/data-key", { method: "POST", body: "pin#1" })).json();
    expect(answer).toMatchObject({ status: 200, type: "application/x-amz-json-1.1" });
    const made = DataKey.parse(answer).body;
    const CiphertextBlob = Buffer.from(made.CiphertextBlob, "base64");
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { name: "pin#1" } }));
    expect(Buffer.from(opened.Plaintext ?? []).toString("base64")).toBe(made.Plaintext);
    expect(opened.KeyId).toBe(made.KeyId);
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: "InvalidCiphertextException",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("finds a key by its alias, and rejects others", async () => {
    const { KeyId } = await kms.send(new GenerateDataKeyCommand({ KeyId: "alias/fixture", NumberOfBytes: 16 }));
    expect(KeyId).toBe("arn:aws:kms:us-east-1:000000000000:key/Secrets");
    await expect(
      kms.send(new EncryptCommand({ KeyId: "alias/other", Plaintext: Buffer.from("x") })),
    ).rejects.toMatchObject({ name: "NotFoundException" });
  });

  it.each([
    ["/data-key", "org#1", "kms:GenerateDataKey"],
    ["/encrypt", "eA==", "kms:Encrypt"],
  ])("denies a function actions that its role does not allow: %s", async (path, body, action) => {
    const answer = await (await get(path, { method: "POST", body })).json();
    expect(answer).toMatchObject({
      status: 400,
      body: {
        __type: expect.stringMatching(/#AccessDeniedException$/),
        message: expect.stringContaining(`is not authorized to perform: ${action} on resource: arn:aws:kms:`),
      },
    });
  });
});

describe("hosted schedule", () => {
  it("invokes its targets when it is due", async () => {
    expect(await isSeen("ticked")).toBe(false);
    firstTick.resolve(new Date("2026-05-11T08:30:12.345Z"));
    await until(async () => (await isSeen("ticked")) && (await isSeen("ticked at 2026-05-11T08:30:12Z")));
  });
});

describe("hosted stream", () => {
  it("invokes its function, and sends only a failing record to the on-failure destination", async () => {
    for (const name of ["s1", "s2", "poison", "s3"]) await put(name);
    await until(async () => (await isSeen("seen s1")) && (await isSeen("seen s2")) && (await isSeen("seen s3")));
    const report = JSON.parse(await nextMessage(stack.queues.stream_failures));
    expect(report).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn: expect.stringMatching(/table\/Log\/stream\//) },
    });
  });
});

describe("hosted queue", () => {
  it("invokes its function, and moves only failing messages to the dead-letter queue", async () => {
    await Promise.all(["one", "bad", "two 🧾"].map(send));
    await until(async () => (await isSeen("seen one")) && (await isSeen("seen two 🧾")));
    expect(await nextMessage(stack.queues.dead_letters)).toBe("bad");
  });

  it("keeps group and delay of each message, and blocks no group", async () => {
    const QueueUrl = stack.queues.fan_out_dead_letters;
    const single = { MessageBody: "single", MessageGroupId: "wh_1", MessageAttributes: { a: aText } };
    const Entries = [
      { Id: "a", MessageBody: "first", MessageGroupId: "wh_1" },
      { Id: "b", MessageBody: "second", MessageGroupId: "wh_2" },
      { Id: "c", MessageBody: "third" },
      { Id: "d", MessageBody: "late", MessageGroupId: "wh_2", DelaySeconds: 900 },
    ];
    await aws("AmazonSQS.SendMessage", { QueueUrl, ...single });
    await aws("AmazonSQS.SendMessage", { QueueUrl, MessageBody: "later", MessageGroupId: "wh_1", DelaySeconds: 1 });
    await aws("AmazonSQS.SendMessageBatch", { QueueUrl, Entries });
    const groups = new Map<string, string | undefined>();
    // None is deleted, so every group has messages in flight: the others must come all the same.
    const waited = await until(async () => {
      const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] };
      const { Messages } = Received.parse(await aws("AmazonSQS.ReceiveMessage", asked));
      for (const { Body, Attributes } of Messages) groups.set(Body, Attributes.MessageGroupId);
      const later = Messages.find(({ Body }) => Body === "later");
      return later && Date.now() - Number(later.Attributes.SentTimestamp);
    });
    expect(waited).toBeGreaterThanOrEqual(1_000);
    expect([...groups].sort()).toEqual([
      ["first", "wh_1"],
      ["later", "wh_1"],
      ["second", "wh_2"],
      ["single", "wh_1"],
      ["third", undefined],
    ]);
  });

  it.each([901, -1, 1.5])("rejects a delay of %d seconds", async (DelaySeconds) => {
    const message = { MessageBody: "x", DelaySeconds };
    const batch = { Entries: [{ Id: "a", ...message }] };
    for (const [operation, input] of Object.entries({ SendMessage: message, SendMessageBatch: batch })) {
      const sent = aws(`AmazonSQS.${operation}`, { QueueUrl: stack.queues.fan_out_dead_letters, ...input });
      await expect(sent).rejects.toMatchObject({ code: "InvalidParameterValue" });
    }
  });

  it("has a URL of the service proxy", async () => {
    const answer = await aws("AmazonSQS.GetQueueUrl", { QueueName: "Work" });
    expect(answer).toEqual({ QueueUrl: stack.queues.work });
  });
});

describe("local runtime", () => {
  it("listens on the loopback address only", async () => {
    for (const origin of [stack.api, stack.endpoints.dynamodb]) {
      expect(await connects("127.0.0.1", origin)).toBe(true);
      // Reaches a server that listens on every address, on systems that route the whole loopback network.
      expect(await connects("127.0.0.2", origin)).toBe(false);
    }
  });

  it("rejects unsigned requests, such as those of a web page", async () => {
    const response = await fetch(stack.endpoints.dynamodb, { method: "POST", body: "{}" });
    expect(response.status).toBe(403);
  });
});

function connects(host: string, origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(origin).port), host);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
