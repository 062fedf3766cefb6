import { Server } from "node:net";
import * as z from "zod";
import { type FauxqsQueue, patchQueues } from "./fauxqs-queues.ts";

// Corrects fauxqs where it differs from SQS without an option. Loaded before fauxqs, in its own thread.

type Message = {
  readonly MessageBody?: unknown;
  readonly MessageGroupId?: unknown;
  readonly DelaySeconds?: unknown;
  MessageAttributes?: unknown;
};
type Router = {
  readonly store: Store;
  handle(
    request: { readonly body: unknown; readonly headers: Readonly<Record<string, unknown>> },
    reply: { status(code: number): unknown },
  ): Promise<unknown>;
};
type Store = {
  getQueue(url: unknown): FauxqsQueue | undefined;
  createMessage(body: string, attributes: object, delay?: number, group?: string, ...more: unknown[]): unknown;
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A module that the package does not export. */
const internal = (path: string): Promise<unknown> => import(new URL(path, import.meta.resolve("fauxqs")).href);

// It listens on every interface. Its thread holds nothing else, so any server that asks for a port there is given it
// on the loopback interface only.
const listen = Server.prototype.listen;
Server.prototype.listen = function listenOnLoopback(this: Server, ...args: unknown[]) {
  const callback = args.find((argument) => typeof argument === "function");
  return Reflect.apply(listen, this, [{ port: 0, host: "127.0.0.1" }, callback]);
};

// It refuses emoji and every other character beyond U+FFFF, which SQS takes: its pattern lacks the flag "u".
const { INVALID_MESSAGE_BODY_CHAR: refused } = z
  .object({ INVALID_MESSAGE_BODY_CHAR: z.instanceof(RegExp) })
  .parse(await internal("./sqs/sqsTypes.js"));
const refusedBySqs = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
refused.test = (body) => refusedBySqs.test(body);

// It forgets the group of a message in a standard queue, and takes any delay. A message's attributes are the one thing
// of the request that comes by where it is made, so the group is remembered by them.
const groups = new WeakMap<object, string>();
// It names no sender. That is kept likewise, then by the message, and not through a restart.
const senders = new WeakMap<object, string>();
const { SqsStore, SqsQueue } = z
  .object({
    SqsStore: z.custom<Store>((value) => typeof value === "function"),
    SqsQueue: z.custom<{ prototype: FauxqsQueue }>((value) => typeof value === "function"),
  })
  .parse(await internal("./sqs/sqsStore.js"));
patchQueues(SqsQueue.prototype, Date.now);
const { createMessage } = SqsStore;
SqsStore.createMessage = (body, attributes, delay, group = groups.get(attributes), ...more) => {
  const message: unknown = Reflect.apply(createMessage, SqsStore, [body, attributes, delay, group, ...more]);
  const sender = senders.get(attributes);
  if (isObject(message) && sender !== undefined) senders.set(message, sender);
  return message;
};

const { SqsRouter } = z
  .object({ SqsRouter: z.custom<{ prototype: Router }>((value) => typeof value === "function") })
  .parse(await internal("./sqs/sqsRouter.js"));
const { handle } = SqsRouter.prototype;
SqsRouter.prototype.handle = async function handleAsSqs(this: Router, request, reply) {
  const messages = messagesOf(request.body);
  const delay = messages.map(({ DelaySeconds }) => DelaySeconds).find((seconds) => !isDelay(seconds));
  if (delay !== undefined) {
    reply.status(400);
    const message = `Value ${delay} for parameter DelaySeconds is invalid. Reason: must be >= 0 and <= 900.`;
    return { __type: "com.amazonaws.sqs#InvalidParameterValue", message };
  }
  for (const message of messages) {
    rememberGroup(message);
    rememberSender(message, senderId(String(request.headers["x-caller"])));
  }
  const answer: unknown = await Reflect.apply(handle, this, [request, reply]);
  if (isObject(request.body) && "QueueUrl" in request.body) {
    const queue = this.store.getQueue(request.body.QueueUrl);
    if (queue !== undefined) nameSenders(answer, queue);
  }
  return answer;
};

/** Returns `SenderId`, as in SQS: the id of a role (here its name) and the session name, or the id of a user. */
function senderId(arn: string): string {
  const [, role, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  return session === undefined ? "AIDALOCAL" : `${role}:${session}`;
}

function rememberSender(message: Message, sender: string): void {
  if (message.MessageBody === undefined) return;
  message.MessageAttributes ??= {};
  if (isObject(message.MessageAttributes)) senders.set(message.MessageAttributes, sender);
}

const received = z.object({
  Messages: z.array(z.object({ ReceiptHandle: z.string(), Attributes: z.custom<Record<string, string>>(isObject) })),
});

function nameSenders(answer: unknown, { inflightMessages }: FauxqsQueue): void {
  for (const { ReceiptHandle, Attributes } of received.safeParse(answer).data?.Messages ?? []) {
    const sender = senders.get(inflightMessages.get(ReceiptHandle)?.message ?? {});
    if (sender !== undefined) Attributes.SenderId = sender;
  }
}

/** The messages that a request sends: itself, or the entries of a batch. */
function messagesOf(body: unknown): Message[] {
  if (!isObject(body)) return [];
  const entries: unknown[] = "Entries" in body && Array.isArray(body.Entries) ? body.Entries : [];
  return [body, ...entries].filter(isObject);
}

function rememberGroup(message: Message): void {
  if (typeof message.MessageGroupId !== "string") return;
  message.MessageAttributes ??= {};
  if (isObject(message.MessageAttributes)) groups.set(message.MessageAttributes, message.MessageGroupId);
}

function isDelay(seconds: unknown): boolean {
  return seconds === undefined || (Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= 900);
}
