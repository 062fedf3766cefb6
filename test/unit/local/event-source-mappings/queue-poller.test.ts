import { describe, expect, it } from "vitest";
import type { AdaptiveLimit } from "#infra/local/event-source-mappings/adaptive-limit.ts";
import { pollQueue } from "#infra/local/event-source-mappings/queue-poller.ts";
import { parseEventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import { until } from "#test/support/until.ts";

const always = (limit: number): AdaptiveLimit => ({ current: () => limit });

function aSource(over: Record<string, unknown>) {
  const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:Work";
  const properties = { EventSourceArn, FunctionName: "Fn", ...over };
  const resource = { id: "Source", type: "AWS::Lambda::EventSourceMapping", ref: "Source", arn: undefined, properties };
  const definition = parseEventSourceMapping(resource);
  if (definition === undefined) throw new Error("The source is switched off.");
  const queueUrl = "http://127.0.0.1/000000000000/Work";
  return { definition, queueUrl, region: "us-east-1", limit: always(5), log: () => {} };
}

/** A queue of endless messages whose function keeps each until it is let go; then the queue is empty. */
function pollEndlessly(limit: AdaptiveLimit) {
  const polling = new AbortController();
  const held: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  let isEmpty = false;
  const polled = pollQueue(
    {
      ...aSource({ BatchSize: 1 }),
      limit,
      fn: {
        invoke: () => new Promise((resolve) => held.push(() => resolve({ kind: "result", payload: "null" }))),
      },
      async call(operation) {
        if (operation !== "AmazonSQS.ReceiveMessage") return {};
        if (isEmpty) return new Promise((resolve) => waiting.push(() => resolve({})));
        return { Messages: [{ MessageId: "m", ReceiptHandle: "r", Body: "b", MD5OfBody: "" }] };
      },
    },
    polling.signal,
  );
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    held,
    waiting,
    wake,
    letGo() {
      isEmpty = true;
      for (const resolve of held.splice(0)) resolve();
    },
    async stop() {
      polling.abort();
      wake();
      await polled;
    },
  };
}

/** Until all that can happen by itself has. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Polls a queue that holds these messages until the function received them all. Returns its payloads. */
async function poll(bodies: readonly string[], over: Record<string, unknown> = {}) {
  const waiting = bodies.map((Body, at) => ({ MessageId: `${at}`, ReceiptHandle: `${at}`, Body, MD5OfBody: "" }));
  const polling = new AbortController();
  const payloads: string[] = [];
  const deleted: unknown[] = [];

  await pollQueue(
    {
      ...aSource(over),
      fn: {
        async invoke(payload) {
          payloads.push(payload);
          return { kind: "result", payload: "null" };
        },
      },
      async call(operation, input) {
        if (operation === "AmazonSQS.ReceiveMessage") {
          const Messages = waiting.splice(0, 10);
          if (Messages.length > 0) return { Messages };
          return new Promise((_, reject) => polling.signal.addEventListener("abort", reject));
        }
        deleted.push(input);
        if (JSON.stringify(deleted).match(/ReceiptHandle/g)?.length === bodies.length) polling.abort();
        return {};
      },
    },
    polling.signal,
  );
  const sizes = payloads.map((payload) => Buffer.byteLength(payload));
  const records = payloads.map((payload) => [...payload.matchAll(/"messageId":"(\d+)"/g)].map(([, id]) => Number(id)));
  return { sizes, records };
}

describe("queue poller", () => {
  it("invokes the function with payloads of at most 6 MB", async () => {
    const { sizes, records } = await poll(Array.from({ length: 10 }, () => "ř".repeat(512 * 1024)));
    expect(records).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
  });

  it("invokes the function once when all messages fit into one payload", async () => {
    expect((await poll(["a", "b"])).records).toEqual([[0, 1]]);
  });

  it.each([1, 5, 32])("invokes the function as often concurrently as the limit allows: %i", async (limit) => {
    const { held, letGo, stop } = pollEndlessly(always(limit));
    await settled();
    expect(held).toHaveLength(limit);
    letGo();
    await stop();
  });

  it("increases concurrency when the limit rises, before any invocation ends", async () => {
    let limit = 2;
    const { held, letGo, stop } = pollEndlessly({ current: () => limit });
    await until(() => held.length === 2);
    limit = 4;
    await until(() => held.length === 4);
    letGo();
    await stop();
  });

  it("decreases concurrency when the limit falls, to at least one", async () => {
    let limit = 4;
    const { held, stop, letGo } = pollEndlessly({ current: () => limit });
    await until(() => held.length === 4);
    limit = 1;
    for (const finish of held.splice(0)) finish();
    await settled();
    expect(held).toHaveLength(1);
    letGo();
    await stop();
  });

  it("long-polls once, however many invocations are running", async () => {
    const { held, letGo, waiting, stop } = pollEndlessly(always(5));
    await until(() => held.length === 5);
    letGo();
    await settled();
    expect(waiting).toHaveLength(1);
    await stop();
  });
});
