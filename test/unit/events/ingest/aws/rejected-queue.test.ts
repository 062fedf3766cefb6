import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, it, vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { createRejectedQueue } from "#shared/events/ingest/aws/rejected-queue.ts";
import { buildSqsRecord } from "#test/support/events/sqs-record.ts";

async function rejected(body: string, reason: string) {
  const client = new SQSClient({ region: "us-east-1" });
  const send = vi.spyOn(client, "send").mockImplementation(() => undefined);
  await createRejectedQueue("https://queue", client).reject(
    buildSqsRecord("m1", body),
    new ActivityError("invalid_value", reason),
  );
  return send.mock.calls[0]?.[0].input;
}

it("RejectedQueue.reject sends the original body with the reason and the message id", async () => {
  expect(await rejected('{"a":1', "It is not JSON.")).toEqual({
    QueueUrl: "https://queue",
    MessageBody: '{"a":1',
    MessageAttributes: {
      code: { DataType: "String", StringValue: "invalid_value" },
      reason: { DataType: "String", StringValue: "It is not JSON." },
      message_id: { DataType: "String", StringValue: "m1" },
    },
  });
});

it.each(["\u0000", "\u001f", "\ufffe", "\uffff", "\ud800"])(
  "RejectedQueue.reject replaces characters of the reason that SQS rejects: %j",
  async (bad) => {
    expect(await rejected("{}", `a${bad}b`)).toMatchObject({
      MessageAttributes: { reason: { StringValue: "a\ufffdb" } },
    });
  },
);

it("RejectedQueue.reject keeps characters of the reason that SQS accepts, up to a length", async () => {
  const reason = `\t\n\r é🧾 ${"x".repeat(1_000)}`;
  expect(await rejected("{}", reason)).toMatchObject({
    MessageAttributes: { reason: { StringValue: reason.slice(0, 400) } },
  });
});

it("RejectedQueue.reject omits the reason when it does not fit beside the body", async () => {
  const body = "x".repeat(1_048_576);
  const message = await rejected(body, "too large");
  expect(message).toEqual({ QueueUrl: "https://queue", MessageBody: body });
});
