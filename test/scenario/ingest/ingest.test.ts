import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { EventInput } from "#shared/events/event-input.ts";
import { anInput } from "#test/support/builders.ts";
import { changedAssembly } from "#test/support/infra/assembly.ts";
import { readLogs, startStack, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const page = z.object({ activity: z.array(z.record(z.string(), z.unknown())) });

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

async function send(body: string): Promise<string> {
  const sent = await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.queues.ingest, MessageBody: body }));
  return sent.MessageId ?? "";
}

const write = (event: EventInput) => send(JSON.stringify(event));

async function timeline(query: string, headers: Record<string, string>) {
  const response = await stack.get(`/api/public/v1/activity?limit=500&${query}`, headers);
  return page.parse(await response.json()).activity;
}

/** Counts the messages in the ingest queue that are visible, delayed or in flight. */
async function unfinished(): Promise<number> {
  const { Attributes = {} } = await stack.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: stack.queues.ingest, AttributeNames: ["All"] }),
  );
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
    Attributes;
  return (
    Number(ApproximateNumberOfMessages) +
    Number(ApproximateNumberOfMessagesNotVisible) +
    Number(ApproximateNumberOfMessagesDelayed ?? 0)
  );
}

/** Receives the rejected message with this message id. Others stay visible in the queue. */
async function rejection(messageId: string): Promise<Message> {
  return until(async () => {
    const { Messages = [] } = await stack.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: stack.queues.rejected,
        MessageAttributeNames: ["All"],
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      }),
    );
    return Messages.find(({ MessageAttributes }) => MessageAttributes?.message_id?.StringValue === messageId);
  });
}

describe("a message to the ingest queue", () => {
  it("is returned by GET /activity", async () => {
    const { org_id, headers } = await stack.tenant();
    await write(anInput({ org_id, entity_ref: "INV-1", metadata: { b: 1, a: "🧾\u0001" } }));
    const [event] = await until(async () => {
      const found = await timeline("entity_type=INVOICE", headers);
      return found.length > 0 && found;
    });
    expect(event).toMatchObject({ action: "INVOICE_SENT", entity_ref: "INV-1", metadata: { b: 1, a: "🧾\u0001" } });
    expect(event?.event_id).toMatch(/^evt_[0-9a-f]{32}$/);
  });

  it("is stored once when it is sent repeatedly", async () => {
    const { org_id, headers } = await stack.tenant();
    const event = anInput({ org_id, event_id: "evt_00000000000000000000000000000001" });
    await Promise.all(Array.from({ length: 20 }, () => write(event)));
    await write(anInput({ org_id, entity_id: "last" }));
    await until(async () => (await timeline("entity_id=last", headers)).length === 1);
    await until(async () => (await unfinished()) === 0);
    expect(await timeline("entity_id=inv_8c3f1a9b", headers)).toHaveLength(1);
  });

  it("is found by its idempotency key when it is created again with a new time", async () => {
    const { org_id, headers } = await stack.tenant();
    const times = Array.from({ length: 100 }, (_, n) => new Date(Date.UTC(2026, 4, 11, 8, 0, n)).toISOString());
    await Promise.all(times.map((occurred_at) => write(anInput({ org_id, occurred_at, idempotency_key: "pay-17" }))));
    await until(async () => (await timeline("", headers)).length > 0);
    await until(async () => (await unfinished()) === 0);
    expect(await timeline("", headers)).toHaveLength(1);
  });
});

describe("an invalid message to the ingest queue", () => {
  it.each([
    ["broken JSON", "{", "invalid_value"],
    ["an empty object", "{}", "invalid_value"],
    ["an unknown field", JSON.stringify({ ...anInput(), colour: "red" }), "invalid_value"],
    ["an impossible date", JSON.stringify(anInput({ occurred_at: "2026-02-30" })), "invalid_value"],
    [
      "a number that would be rounded",
      JSON.stringify(anInput()).replace("}", ',"metadata":{"n":9007199254740993}}'),
      "invalid_value",
    ],
    ["more than 64 KB", JSON.stringify(anInput({ metadata: { note: "x".repeat(70_000) } })), "too_large"],
  ])("is sent to the rejected queue with the reason and its body: %s", async (_, body, code) => {
    const { MessageAttributes, Body } = await rejection(await send(body));
    expect(Body).toBe(body);
    expect(MessageAttributes?.code?.StringValue).toBe(code);
    expect(MessageAttributes?.reason?.StringValue).toMatch(/./);
  });

  it("is rejected as a conflict when its identity exists with different content, which stays", async () => {
    const { org_id, headers } = await stack.tenant();
    const event = anInput({ org_id, event_id: "evt_00000000000000000000000000000002", entity_ref: "first" });
    await write(event);
    await until(async () => (await timeline("", headers)).length === 1);
    const { MessageAttributes } = await rejection(await write({ ...event, entity_ref: "second" }));
    expect(MessageAttributes?.code?.StringValue).toBe("conflict");
    expect(await timeline("", headers)).toMatchObject([{ entity_ref: "first" }]);
  });

  it("does not delay others, and is logged without its content", async () => {
    const { org_id, headers } = await stack.tenant();
    const secret = "hunter2-in-the-event";
    const bad = await send(`{"metadata":"${secret}"}`);
    await write(anInput({ org_id }));
    await until(async () => (await timeline("", headers)).length === 1);
    await rejection(bad);
    const logs = () => readLogs(stack.logs);
    expect(await until(() => logs().includes(bad) && logs())).not.toContain(secret);
  });
});

describe("a defect during ingest", () => {
  it("makes a dead letter with the body and the reason after five attempts", async () => {
    // Remove the ingest function's right to append.
    const broken = await startStack(
      changedAssembly((template) => template.replaceAll('"dynamodb:PutItem"', '"dynamodb:GetItem"')),
    );
    const body = JSON.stringify(anInput());
    await broken.sqs.send(new SendMessageCommand({ QueueUrl: broken.queues.ingest, MessageBody: body }));
    const dead = await until(
      async () => {
        const { Messages } = await broken.sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: broken.queues.ingest_dead_letters,
            MessageAttributeNames: ["All"],
          }),
        );
        return Messages?.[0];
      },
      { deadlineMs: 55_000 },
    );
    expect(dead.Body).toBe(body);
    expect(dead.MessageAttributes?.reason?.StringValue).toMatch(/^AccessDeniedException: /);
    expect(readLogs(broken.logs).match(/"record failed"/g)).toHaveLength(5);
  });
});
