import { createServer } from "node:http";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { createIngestQueue, type DeferredMessage } from "#shared/events/ingest/aws/ingest-queue.ts";
import { createSqsClient, singleAttemptOptions } from "#shared/platform/aws/clients.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

type Batch = SendMessageBatchCommand["input"];

function aQueue(answer: (batch: Batch) => object = ({ Entries = [] }) => ({ Successful: Entries })) {
  const client = new SQSClient({ region: "us-east-1" });
  const batches: Batch[] = [];
  vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
    if (!(command instanceof SendMessageBatchCommand)) throw new Error("The queue is asked for something else.");
    batches.push(command.input);
    return answer(command.input);
  });
  return { ...createIngestQueue({ queue: "https://ingest", deadLetters: "https://dead" }, client), batches };
}

function aMessage(over: Partial<DeferredMessage> = {}): DeferredMessage {
  const history = { deferrals: 1, defects: 0, unfinished: 0, firstSentMs: 5 };
  return { body: "{}", orgId: "org_1", messageId: "m1", writer: "AROAONE", delaySeconds: 7, history, ...over };
}

describe("IngestQueue.defer", () => {
  it("sends the messages with their delay, group and history", async () => {
    const { defer, batches } = aQueue();
    expect(await defer([aMessage(), aMessage({ orgId: null })])).toEqual([]);
    const MessageAttributes = {
      deferrals: { DataType: "Number", StringValue: "1" },
      defects: { DataType: "Number", StringValue: "0" },
      unfinished: { DataType: "Number", StringValue: "0" },
      first_sent_ms: { DataType: "Number", StringValue: "5" },
      writer: { DataType: "String", StringValue: "AROAONE" },
      message_id: { DataType: "String", StringValue: "m1" },
    };
    const entry = { MessageBody: "{}", DelaySeconds: 7, MessageAttributes };
    expect(batches).toEqual([
      {
        QueueUrl: "https://ingest",
        Entries: [
          { Id: "0", MessageGroupId: "org_1", ...entry },
          { Id: "1", ...entry },
        ],
      },
    ]);
  });

  it("returns the messages that SQS rejects or does not mention", async () => {
    const { defer } = aQueue(() => ({ Successful: [{ Id: "1" }], Failed: [{ Id: "0", Code: "InternalError" }] }));
    const messages = [aMessage({ body: "refused" }), aMessage({ body: "sent" }), aMessage({ body: "unmentioned" })];
    expect((await defer(messages)).map(({ body }) => body)).toEqual(["refused", "unmentioned"]);
    expect(lines).toMatchObject([{ level: "error", code: "InternalError" }]);
  });

  it("sends a message larger than an event in a call of its own", async () => {
    const large = aMessage({ body: "x".repeat(70_000) });
    const { defer, batches } = aQueue(({ Entries = [] }) => {
      if (Entries.some(({ MessageBody = "" }) => MessageBody.length > 65_536)) throw new Error("too long");
      return { Successful: Entries };
    });
    expect(await defer([aMessage(), large, aMessage()])).toEqual([large]);
    expect(batches.map(({ Entries }) => Entries?.length)).toEqual([2, 1]);
  });
});

it("IngestQueue.defer sends a message once when SQS accepts it and responds too late", async () => {
  let calls = 0;
  const server = createServer((request) => {
    calls += 1;
    request.resume();
  });
  const endpoint = await listenOnLoopback(server, 0);
  onTestFinished(() => {
    server.closeAllConnections();
    return closeServer(server);
  });
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  const client = createSqsClient({ ...singleAttemptOptions, endpoint, region: "us-east-1", credentials });
  const { defer } = createIngestQueue({ queue: "https://ingest", deadLetters: "https://dead" }, client);
  const messages = [aMessage()];
  const beganAt = performance.now();
  expect(await defer(messages)).toEqual(messages);
  expect(calls).toBe(1);
  expect(performance.now() - beganAt).toBeGreaterThan(1_900);
});

describe("IngestQueue.sendToDeadLetters", () => {
  it("sends the reason, in characters that SQS accepts, and the writer, but no history", async () => {
    const { sendToDeadLetters: bury, batches } = aQueue();
    await bury([{ body: "{}", orgId: "org_1", messageId: "m1", writer: "AROA1", reason: "bad\u0000" }]);
    const MessageAttributes = {
      reason: { DataType: "String", StringValue: "bad\ufffd" },
      message_id: { DataType: "String", StringValue: "m1" },
      writer: { DataType: "String", StringValue: "AROA1" },
    };
    expect(batches).toEqual([
      {
        QueueUrl: "https://dead",
        Entries: [{ Id: "0", MessageBody: "{}", MessageGroupId: "org_1", MessageAttributes }],
      },
    ]);
  });

  it("omits the reason when it does not fit beside the body", async () => {
    const { sendToDeadLetters: bury, batches } = aQueue();
    const body = "x".repeat(1_048_000);
    await bury([{ body, orgId: null, messageId: "m1", writer: null, reason: "bad" }]);
    expect(batches[0]?.Entries).toEqual([{ Id: "0", MessageBody: body }]);
  });
});
