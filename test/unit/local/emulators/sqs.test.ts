import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { createAwsCaller } from "#infra/local/aws-json.ts";
import { startSqs } from "#infra/local/emulators/sqs.ts";

const Received = z.object({
  Messages: z
    .array(z.object({ ReceiptHandle: z.string(), Attributes: z.object({ MessageGroupId: z.string().optional() }) }))
    .default([]),
});
const Created = z.object({ QueueUrl: z.string() });

/** A queue of the engine, with what a test does to it. */
async function aQueue(data?: string) {
  const engine = await startSqs(data);
  let isRunning = true;
  const stop = async () => {
    if (isRunning) await engine.stop();
    isRunning = false;
  };
  onTestFinished(stop);
  const call = createAwsCaller(engine.origin, "test", "us-east-1");
  const { QueueUrl } = Created.parse(await call("AmazonSQS.CreateQueue", { QueueName: "Work" }));
  return {
    stop,
    call,
    QueueUrl,
    async send(MessageGroupId: string, count: number) {
      for (let n = 0; n < count; n++) {
        await call("AmazonSQS.SendMessage", { QueueUrl, MessageBody: `${n}`, MessageGroupId });
      }
    },
    /** Groups of the messages that a consumer gets who asks for so many, ten at most. */
    async receive(MaxNumberOfMessages: number, over: object = {}) {
      const asked = { QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames: ["All"], ...over };
      const { Messages } = Received.parse(await call("AmazonSQS.ReceiveMessage", asked));
      return Messages.map(({ Attributes }) => Attributes.MessageGroupId);
    },
  };
}

it("SQS serves quiet groups before the backlog of a noisy one", async () => {
  const { send, receive } = await aQueue();
  await send("noisy", 50);
  for (let batch = 0; batch < 3; batch++) expect(await receive(10)).toEqual(Array(10).fill("noisy"));
  await send("quiet", 3);
  expect(await receive(5)).toEqual(["quiet", "quiet", "quiet", "noisy", "noisy"]);
});

it("SQS keeps message groups and messages in flight after a restart", async () => {
  const data = mkdtempSync(join(tmpdir(), "sqs-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const before = await aQueue(data);
  await before.send("noisy", 40);
  for (let batch = 0; batch < 3; batch++) await before.receive(10);
  await before.send("quiet", 1);
  await before.stop();
  const after = await aQueue(data);
  expect(await after.receive(2)).toEqual(["quiet", "noisy"]);
});

it("SQS returns a message to a waiting consumer when its delay or visibility timeout ends", async () => {
  const { send, receive, call, QueueUrl } = await aQueue();
  const waiting = receive(1, { WaitTimeSeconds: 10 });
  await call("AmazonSQS.SendMessage", { QueueUrl, MessageBody: "x", MessageGroupId: "late", DelaySeconds: 1 });
  expect(await waiting).toEqual(["late"]);
  await send("again", 1);
  expect(await receive(1, { VisibilityTimeout: 1 })).toEqual(["again"]);
  expect(await receive(1, { WaitTimeSeconds: 10 })).toEqual(["again"]);
});

it("SQS is empty after a purge, and keeps the consumer shares of groups", async () => {
  const { send, receive, call, QueueUrl } = await aQueue();
  await send("noisy", 35);
  for (let batch = 0; batch < 3; batch++) await receive(10);
  await call("AmazonSQS.PurgeQueue", { QueueUrl });
  expect(await receive(1)).toEqual([]);
  await send("noisy", 1);
  await send("other", 1);
  expect(await receive(2)).toEqual(["other", "noisy"]);
});
