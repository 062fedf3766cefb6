import { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { createQuarantineQueue, toRecordReference } from "#shared/platform/aws/quarantine-queue.ts";
import { createStreamHandler } from "#shared/platform/handlers/stream-handler.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { anEvent } from "#test/support/builders.ts";
import { largestItem } from "#test/support/events/hostile-items.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

/** Creates a queue that accepts, as SQS does, messages of up to 1 MiB with the allowed characters. */
function queueThat(refuses: Error | null = null) {
  const bodies: string[] = [];
  const client = new SQSClient({ region: "us-east-1", credentials: { accessKeyId: "x", secretAccessKey: "x" } });
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        const body = "MessageBody" in input ? String(input.MessageBody) : "";
        if (refuses !== null) throw refuses;
        if (Buffer.byteLength(body) > 1_048_576) throw new Error("Message must be shorter than 1048576 bytes.");
        bodies.push(body);
        return { output: { $metadata: {} }, response: {} };
      },
    { step: "initialize", name: "queue" },
  );
  return { queue: createQuarantineQueue("https://sqs.example.com/unread", client), bodies };
}

const recordOf = (sequence: string, image: Record<string, { S: string }>): DynamoDBRecord => ({
  eventName: "INSERT",
  dynamodb: {
    SequenceNumber: sequence,
    ApproximateCreationDateTime: 1_780_000_000,
    SizeBytes: 400_000,
    Keys: { timeline: image.timeline ?? { S: "" }, position: image.position ?? { S: "" } },
    NewImage: image,
  },
});

const good = (n: number) => {
  const item = toEventItem(anEvent({ event_id: `evt_${String(n).padStart(32, "0")}` }));
  return recordOf(`good-${n}`, Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }])));
};

/** Items of the maximum size of DynamoDB: one that is not an event, and events with one invalid attribute. */
const hostile = ["blob", "entity_id", "metadata", "timeline"].map((name) => {
  const { dynamodb } = good(0);
  return recordOf(`hostile-${name}`, { ...textImage(dynamodb?.NewImage ?? {}), [name]: { S: largestItem } });
});

function textImage(image: Record<string, { S?: string }>): Record<string, { S: string }> {
  return Object.fromEntries(Object.entries(image).map(([name, { S = "" }]) => [name, { S }]));
}

async function run(records: readonly DynamoDBRecord[], { queue, bodies }: ReturnType<typeof queueThat>) {
  const handled: string[] = [];
  const handler = createStreamHandler({
    parse: (image) => [parseEventItem(image)],
    check: () => {},
    handle: async (events) => {
      handled.push(...events.map(({ event_id }) => event_id.slice(-2)));
      return { failed: new Set<never>(), counts: new Map([[metricNames.deliveriesBegun, events.length]]) };
    },
    quarantine: queue,
    referTo: ({ event_id }) => ({ key: { event_id } }),
  });
  const answer = await handler({ Records: [...records] }, buildLambdaContext());
  return { failed: answer.batchItemFailures, handled, bodies };
}

describe("createQuarantineQueue, for items of the maximum size full of U+0001", () => {
  it("sends one reference each, and the other records are processed", async () => {
    const [first, ...rest] = hostile;
    const { failed, handled, bodies } = await run([good(1), ...(first ? [first] : []), good(2), ...rest], queueThat());
    expect(failed).toEqual([]);
    expect(handled).toEqual(["01", "02"]);
    expect(bodies).toHaveLength(hostile.length);
    for (const body of bodies) {
      expect(Buffer.byteLength(body)).toBeLessThan(6_000);
      const message: unknown = JSON.parse(body);
      if (!isJsonObject(message)) throw new Error("The message is not a JSON object.");
      expect(Object.keys(message)).toEqual([
        ...["event_name", "sequence_number", "stored_at_seconds", "size_bytes", "key", "reason"],
      ]);
      expect(message).toMatchObject({ size_bytes: 400_000, sequence_number: expect.stringMatching(/^hostile-/) });
      expect(message.reason).toMatch(/^DamagedItemError: /);
    }
    for (const line of lines) expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(20_000);
  });

  it("lets the stream continue if SQS rejects the references", async () => {
    const refusal = Object.assign(new Error("no such queue"), { name: "QueueDoesNotExist", $metadata: {} });
    const { failed, handled } = await run([...hostile, good(1)], queueThat(refusal));
    expect(failed).toEqual([]);
    expect(handled).toEqual(["01"]);
    expect(lines.at(-1)).toMatchObject({ EventsUnreadable: hostile.length, FanOutRecordsLost: hostile.length });
  });

  it("has the records retried if SQS is unavailable", async () => {
    const away = Object.assign(new Error("away"), { name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } });
    const { failed } = await run([...hostile, good(1)], queueThat(away));
    expect(failed).toHaveLength(hostile.length);
  });
});

it("createQuarantineQueue throws unavailable if SQS throttles", async () => {
  const { queue } = queueThat(Object.assign(new Error("slow"), { name: "RequestThrottled", $metadata: {} }));
  await expect(queue.put(toRecordReference(good(1)), "why")).rejects.toThrow(ActivityError);
});

it("createQuarantineQueue truncates long keys", async () => {
  const { queue, bodies } = queueThat();
  await queue.put({ key: { timeline: largestItem, position: largestItem } }, largestItem);
  expect(Buffer.byteLength(bodies[0] ?? "")).toBeLessThan(6_000);
});

it("toRecordReference returns the key of a record with its numbers as text", () => {
  const record = {
    eventName: "INSERT",
    dynamodb: { SequenceNumber: "1", Keys: { pk: { S: "log#org_1" }, sk: { N: "7" } } },
  };
  expect(toRecordReference({ ...record, eventName: "INSERT" })).toMatchObject({
    sequence_number: "1",
    key: { pk: "log#org_1", sk: "7" },
  });
});
