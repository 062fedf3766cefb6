import { describe, expect, it } from "vitest";
import { sourceDefinition } from "../../../infra/local/sources/definition.ts";
import { pollQueue } from "../../../infra/local/sources/sqs.ts";

/** Polls a queue that holds these messages until the function had them all; tells what it was invoked with. */
async function poll(bodies: readonly string[], over: Record<string, unknown> = {}) {
  const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:Work";
  const properties = { EventSourceArn, FunctionName: "Fn", ...over };
  const resource = { id: "Source", type: "AWS::Lambda::EventSourceMapping", ref: "Source", arn: undefined, properties };
  const definition = sourceDefinition(resource);
  if (definition === undefined) throw new Error("The source is switched off.");
  const waiting = bodies.map((Body, at) => ({ MessageId: `${at}`, ReceiptHandle: `${at}`, Body, MD5OfBody: "" }));
  const polling = new AbortController();
  const payloads: string[] = [];
  const deleted: unknown[] = [];
  let pollers = 0;

  await pollQueue(
    {
      definition,
      queueUrl: "http://127.0.0.1/000000000000/Work",
      region: "us-east-1",
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
          pollers += 1;
          return new Promise((_, reject) => polling.signal.addEventListener("abort", reject));
        }
        deleted.push(input);
        if (JSON.stringify(deleted).match(/ReceiptHandle/g)?.length === bodies.length) polling.abort();
        return {};
      },
      log: () => {},
    },
    polling.signal,
  );
  const sizes = payloads.map((payload) => Buffer.byteLength(payload));
  const records = payloads.map((payload) => [...payload.matchAll(/"messageId":"(\d+)"/g)].map(([, id]) => Number(id)));
  return { sizes, records, pollers };
}

describe("a queue's messages", () => {
  it("reach the function in payloads of at most 6 MB", async () => {
    const { sizes, records } = await poll(Array.from({ length: 10 }, () => "ř".repeat(512 * 1024)));
    expect(records).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
  });

  it("reach it in one payload where they fit", async () => {
    expect((await poll(["a", "b"])).records).toEqual([[0, 1]]);
  });

  it.each([
    [undefined, 4],
    [{ MaximumConcurrency: 2 }, 1],
    [{ MaximumConcurrency: 8 }, 7],
    [{ MaximumConcurrency: 1_000 }, 9],
  ])("are polled for as often at once as %j allows", async (ScalingConfig, others) => {
    expect((await poll(["a"], { ScalingConfig })).pollers).toBe(others);
  });
});
