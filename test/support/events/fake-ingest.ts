import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { createIngestHandler } from "#shared/events/ingest/aws/ingest-handler.ts";
import { createIngestQueue } from "#shared/events/ingest/aws/ingest-queue.ts";
import { createOrgBackoff } from "#shared/events/ingest/org-backoff.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { buildSqsRecord } from "./sqs-record.ts";

export type FakeMessage = {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly senderId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentMs: number;
  visibleMs: number;
  receives: number;
};

const urls = { queue: "https://queue/ingest", deadLetters: "https://queue/dead" };
/** The sender id of a function in SQS: the id of its role and the name of its session. */
const ownRoleId = "AROAEXAMPLE";
const ownSenderId = `${ownRoleId}:${buildLambdaContext().functionName}`;
const visibilityMs = 36_000;
const maxReceives = 1_000;

type Sent = {
  readonly group?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly senderId?: string;
};

/** Returns a transient error as the store throws it for an error of DynamoDB. */
export function transient(name: string): ActivityError {
  return new ActivityError("unavailable", "busy", { cause: Object.assign(new Error("detail"), { name }) });
}

/**
 * The ingest queue, its function and an events table in memory, with their own clock. Messages of the function go
 * through the real senders, so they are what SQS would receive.
 */
export class FakeIngest {
  nowMs = Date.parse("2026-05-11T12:00:00Z");
  random = () => 0.5;
  /** Throws the error of a put, if it fails. */
  put: (event: ActivityEvent) => Promise<void> | void = () => {};
  reject: () => Promise<void> = async () => {};
  /** Whether a whole call of SQS fails. */
  isSqsDown: (url: string) => boolean = () => false;
  remainingMs = 6_000;
  queue: FakeMessage[] = [];
  readonly dead: FakeMessage[] = [];
  readonly stored = new Map<string, ActivityEvent>();
  /** Times from an event's first message until it was stored, by organisation. */
  readonly puts: { readonly org: string; readonly at: number }[] = [];
  readonly sqsCalls: string[] = [];
  /** Writers of claimed idempotency keys, in order. */
  readonly pinnedBy: (string | null)[] = [];
  readonly rejections: { readonly body: string; readonly messageId: string }[] = [];
  #ids = 0;
  #crashed = Promise.withResolvers<"crashed">();
  readonly #handler;

  constructor() {
    const client = new SQSClient({ region: "us-east-1" });
    vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
      if (!(command instanceof SendMessageBatchCommand)) throw new Error("SQS is asked for something else.");
      return this.#take(command);
    });
    this.#handler = createIngestHandler(
      {
        store: {
          put: async (event) => {
            this.puts.push({ org: event.org_id, at: this.nowMs });
            await this.put(event);
            const known = this.stored.get(event.event_id) ?? null;
            if (known === null) this.stored.set(event.event_id, event);
            return known;
          },
          claimKey: async (_org, _key, pin) => {
            this.pinnedBy.push(pin.writer);
            return pin;
          },
        },
        queue: createIngestQueue(urls, client),
        rejected: {
          reject: async ({ body, messageId }) => {
            await this.reject();
            this.rejections.push({ body, messageId });
          },
        },
        backoff: createOrgBackoff(),
        now: () => new Date(this.nowMs),
        random: () => this.random(),
      },
      ownRoleId,
    );
  }

  /** Sends a message like a service. */
  send(body: string, { group, attributes = {}, senderId = "AIDAEXAMPLE" }: Sent = {}): void {
    this.#add(this.queue, { body, group, attributes, delaySeconds: 0, senderId });
  }

  /** Makes a put crash the function, so that no result of its batch is returned. */
  crash(): Promise<never> {
    this.#crashed.resolve("crashed");
    return new Promise(() => {});
  }

  /** Runs batches of ten until the queue is empty or the time is over. */
  async run(seconds: number): Promise<void> {
    const endMs = this.nowMs + seconds * 1_000;
    while (this.nowMs < endMs) {
      const visible = this.queue.filter(({ visibleMs }) => visibleMs <= this.nowMs).slice(0, 10);
      if (visible.length > 0) await this.#invoke(visible);
      const nextMs = Math.min(...this.queue.map(({ visibleMs }) => visibleMs), endMs);
      this.nowMs = Math.max(this.nowMs + 10, nextMs);
    }
  }

  async #invoke(batch: readonly FakeMessage[]): Promise<void> {
    for (const message of batch) {
      message.receives += 1;
      message.visibleMs = this.nowMs + visibilityMs;
    }
    const event = { Records: batch.map(recordOf) };
    this.#crashed = Promise.withResolvers();
    const answer = await Promise.race([
      this.#handler(event, buildLambdaContext(this.remainingMs)),
      this.#crashed.promise,
    ]);
    if (answer === "crashed") return;
    const failed = new Set((answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
    const gone = new Set(batch.filter(({ id, receives }) => !failed.has(id) || receives >= maxReceives));
    this.dead.push(...[...gone].filter(({ id }) => failed.has(id)));
    this.queue = this.queue.filter((message) => !gone.has(message));
  }

  #take({ input: { QueueUrl = "", Entries = [] } }: SendMessageBatchCommand) {
    this.sqsCalls.push(QueueUrl);
    if (this.isSqsDown(QueueUrl)) throw new Error("SQS is away");
    for (const entry of Entries) this.#add(QueueUrl === urls.queue ? this.queue : this.dead, sentBy(entry));
    return { Successful: Entries.map(({ Id }) => ({ Id })) };
  }

  #add(to: FakeMessage[], { delaySeconds, ...message }: ReturnType<typeof sentBy>): void {
    this.#ids += 1;
    const visibleMs = this.nowMs + delaySeconds * 1_000;
    to.push({ ...message, id: `m${this.#ids}`, sentMs: this.nowMs, visibleMs, receives: 0 });
  }
}

function sentBy({
  MessageBody = "",
  MessageGroupId,
  DelaySeconds = 0,
  MessageAttributes = {},
}: SendMessageBatchRequestEntry) {
  const attributes: Record<string, string> = {};
  for (const [name, { StringValue = "" }] of Object.entries(MessageAttributes)) attributes[name] = StringValue;
  return { body: MessageBody, group: MessageGroupId, delaySeconds: DelaySeconds, attributes, senderId: ownSenderId };
}

function recordOf({ id, body, attributes, sentMs, receives, group, senderId }: FakeMessage): SQSRecord {
  const record = buildSqsRecord(id, body);
  return {
    ...record,
    attributes: {
      ...record.attributes,
      SenderId: senderId,
      SentTimestamp: String(sentMs),
      ApproximateReceiveCount: String(receives),
      ...(group === undefined ? {} : { MessageGroupId: group }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: "String" }]),
    ),
  };
}
