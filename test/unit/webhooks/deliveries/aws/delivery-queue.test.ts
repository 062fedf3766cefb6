import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  deliveryQueue,
  isFromQueue,
  parseDeliveryMessage,
  throwUnsent,
} from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { parseReplayMessage, replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

type Batch = SendMessageBatchCommand["input"];

/** Creates a queue whose SQS client responds so, and records the batches that it receives. */
function aQueue(respond: (batch: Batch, call: number) => Promise<object> = async () => ({})) {
  const client = new SQSClient({ region: "us-east-1" });
  const batches: Batch[] = [];
  vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
    if (!(command instanceof SendMessageBatchCommand)) throw new Error("Unexpected command.");
    batches.push(command.input);
    return respond(command.input, batches.length - 1);
  });
  return { client, queue: deliveryQueue("https://queue", client), batches };
}

const messages = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aDeliveryMessage({ org_id: `org_${n}`, endpoint_id: `wh_${n}`, delivery_id: `dlv_${n}` }),
  );

describe("deliveryQueue", () => {
  it("sends batches of ten, each message in the group of its organisation, delayed by whole seconds", async () => {
    const { queue, batches } = aQueue();
    const sent = messages(23);
    expect(await queue.send(sent, 4.2)).toEqual([]);
    expect(batches.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 3]);
    const entries = batches.flatMap(({ Entries = [] }) => Entries);
    expect(entries.map(({ MessageBody }) => parseDeliveryMessage(MessageBody ?? ""))).toEqual(sent);
    expect(entries.map(({ MessageGroupId }) => MessageGroupId)).toEqual(sent.map(({ org_id }) => org_id));
    expect(entries.every(({ DelaySeconds }) => DelaySeconds === 5)).toBe(true);
    for (const { QueueUrl, Entries = [] } of batches) {
      expect(QueueUrl).toBe("https://queue");
      expect(new Set(Entries.map(({ Id }) => Id)).size).toBe(Entries.length);
    }
  });

  it("does not call SQS without messages", async () => {
    const { queue, batches } = aQueue();
    expect(await queue.send([], 0)).toEqual([]);
    expect(batches).toEqual([]);
  });

  it.each([
    ["refuses some messages", async () => ({ Failed: [{ Id: "1", Code: "Busy", Message: "later" }] }), "later"],
    ["is unavailable", async () => Promise.reject(new Error("away")), "away"],
  ])(
    "throws an error with the cause, and logs nothing, when created with throwUnsent and SQS %s",
    async (_, respond, cause) => {
      const { client } = aQueue(respond);
      const refusal = await catchRejection(deliveryQueue("https://queue", client, throwUnsent).send(messages(3), 0));
      expect(refusal).toMatchObject({ code: "unavailable", context: { retryAfter: 2 } });
      expect(String(refusal.cause)).toContain(cause);
      expect(lines).toEqual([]);
    },
  );

  it("makes at most ten concurrent calls", async () => {
    let running = 0;
    let most = 0;
    const { queue, batches } = aQueue(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return {};
    });
    await queue.send(messages(250), 0);
    expect(batches).toHaveLength(25);
    expect(most).toBe(10);
  });

  it("returns only the refused messages", async () => {
    const sent = messages(12);
    const Failed = [{ Id: "1", SenderFault: false, Code: "InternalError", Message: "busy" }];
    const { queue } = aQueue(async () => ({ Failed }));
    const unsent = await queue.send(sent, 0);
    expect(unsent.map(({ delivery_id }) => delivery_id).sort()).toEqual(["dlv_1", "dlv_11"]);
    expect(lines).toEqual([1, 2].map(() => expect.objectContaining({ level: "error", code: "InternalError" })));
  });

  it("returns all messages of a failed call, and sends the others", async () => {
    const sent = messages(30);
    const { queue } = aQueue(async (_, call) => {
      if (call === 1) throw new Error("away");
      return {};
    });
    expect(await queue.send(sent, 0)).toEqual(sent.slice(10, 20));
    expect(lines).toMatchObject([{ level: "error", messages: 10, error_message: "away" }]);
  });

  it("escapes characters that SQS refuses", async () => {
    const { queue, batches } = aQueue();
    const event = { entity_id: "a\uFFFEb\uFFFF", occurred_at: "2026-05-11T08:30:12.000Z", event_id: "evt_1" };
    const message = aDeliveryMessage({ event });
    await queue.send([message], 0);
    const body = batches[0]?.Entries?.[0]?.MessageBody ?? "";
    expect(body).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(parseDeliveryMessage(body)).toEqual(message);
  });
});

it.each([
  ["arn:aws:sqs:eu-central-1:000000000000:slow", true],
  ["arn:aws:sqs:eu-central-1:000000000000:very-slow", false],
])("isFromQueue compares the queue name of %s: %s", (eventSourceARN, expected) => {
  expect(isFromQueue("https://sqs.eu-central-1.amazonaws.com/000000000000/slow", { eventSourceARN })).toBe(expected);
});

describe("parseDeliveryMessage", () => {
  const { sequence: _, sealed_at: __, ...required } = aDeliveryMessage();

  it.each(Object.keys(required))("throws an error with the name of the field when %s is missing", (field) => {
    const damaged = JSON.stringify({ ...aDeliveryMessage(), [field]: undefined });
    expect(() => parseDeliveryMessage(damaged)).toThrow(`The message has no valid ${field}.`);
  });

  it("returns null for the sequence of a message of a release without a ledger", () => {
    expect(parseDeliveryMessage(JSON.stringify(required))).toEqual({ ...required, sequence: null, sealed_at: null });
  });

  it("throws an error with the name of the field when the event key is incomplete", () => {
    const damaged = JSON.stringify({ ...aDeliveryMessage(), event: { entity_id: "a", occurred_at: "b" } });
    expect(() => parseDeliveryMessage(damaged)).toThrow("The message has no valid event.event_id.");
  });

  it.each(["", "{", "null", "[]", '"text"'])("throws when the body is %j", (body) => {
    expect(() => parseDeliveryMessage(body)).toThrow("The message is not a JSON object.");
  });
});

describe("replayQueue", () => {
  const replay = { org_id: "org_1", endpoint_id: "wh_1", replay_id: "rpl_1" };
  const client = () => new SQSClient({ region: "us-east-1" });

  it("sends only the keys of a replay", async () => {
    const sqs = client();
    const send = vi.spyOn(sqs, "send").mockImplementation(async () => ({}));
    const more = { ...replay, sent: 5 };
    await replayQueue("https://replays", sqs).send(more, 0.5);
    const [command] = send.mock.calls[0] ?? [];
    if (!(command instanceof SendMessageCommand)) throw new Error("No message was sent.");
    const { MessageBody = "", ...rest } = command.input;
    expect(rest).toEqual({ QueueUrl: "https://replays", MessageGroupId: "org_1", DelaySeconds: 1 });
    expect(JSON.parse(MessageBody)).toEqual(replay);
    expect(parseReplayMessage(MessageBody)).toEqual(replay);
    expect(() => parseReplayMessage("{}")).toThrow("The message has no valid org_id.");
  });

  it("throws `unavailable` when SQS throttles", async () => {
    const sqs = client();
    vi.spyOn(sqs, "send").mockImplementation(async () => {
      throw Object.assign(new Error("slow down"), { name: "RequestThrottled" });
    });
    expect(await catchRejection(replayQueue("https://replays", sqs).send(replay, 0))).toMatchObject({
      code: "unavailable",
    });
  });
});
