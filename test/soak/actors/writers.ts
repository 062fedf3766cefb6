import { setTimeout as delay } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { activityPut } from "#clients/emitter/activity-put.ts";
import { createEmitter } from "#clients/emitter/emitter.ts";
import type { Random } from "#infra/local/demo/random.ts";
import { pauseBeforeRetry, type SoakStack } from "#test/soak/stack.ts";
import type { Submissions } from "#test/soak/submissions.ts";
import { conflictingWith, drawEvent, drawRefusable, type Refusable, type SoakEvent } from "./events.ts";

const share = { transactions: 0.3, refusable: 0.15, repeated: 0.2, conflicting: 0.3 };
const pauseMs = { low: 60, high: 240 };

/**
 * Creates a service that writes events until aborted, some twice and some invalid. It resends events that were not
 * acknowledged, as services must, and pauses while `isBehind`: on a busy machine the backlog would grow without bound.
 */
export function createWriter(stack: SoakStack, submissions: Submissions, random: Random, isBehind: () => boolean) {
  const emitter = createEmitter({ queueUrl: stack.queue("ingest"), client: stack.sqs, random: () => 0.5 });
  const documents = DynamoDBDocumentClient.from(stack.dynamodb);
  const orgIds = stack.orgs.map(({ org_id }) => org_id);
  const written: SoakEvent[] = [];

  const drawOne = () => drawEvent(random, orgIds[random.between(0, orgIds.length - 1)] ?? "");

  async function emit(events: readonly SoakEvent[]): Promise<void> {
    let remaining = events;
    while (remaining.length > 0) {
      const results = await emitter.emit(remaining);
      for (const result of results) if (result.status === "sent") submissions.recordAcknowledged(result.event_id);
      remaining = remaining.filter((_, at) => results[at]?.status !== "sent");
      if (remaining.length > 0) await pauseBeforeRetry();
    }
  }

  async function transact(event: SoakEvent): Promise<void> {
    const TransactItems = [{ Put: activityPut(documents, stack.eventsTable, event) }];
    while (!(await isStored(documents.send(new TransactWriteCommand({ TransactItems }))))) await pauseBeforeRetry();
    submissions.recordAcknowledged(event.event_id);
  }

  async function refuse(refusable: Refusable): Promise<void> {
    submissions.recordRefusable(refusable);
    const command = new SendMessageCommand({ QueueUrl: stack.queue("ingest"), MessageBody: refusable.body });
    while (!(await succeeds(stack.sqs.send(command)))) await pauseBeforeRetry();
  }

  async function writeSome(): Promise<void> {
    if (random.chance(share.transactions)) {
      const event = drawOne();
      const isContested = random.chance(share.conflicting);
      submissions.recordSending(event);
      await transact(event);
      if (isContested) await refuse(conflictingWith(event));
      written.push(event);
    } else {
      const events = Array.from({ length: random.between(1, 8) }, drawOne);
      for (const event of events) submissions.recordSending(event);
      await emit(events);
      written.push(...events);
    }
    if (random.chance(share.refusable)) await refuse(drawRefusable(random, orgIds[0] ?? ""));
    const repeated = written[random.between(0, written.length - 1)];
    if (random.chance(share.repeated) && repeated !== undefined) {
      await emit([repeated]);
      submissions.repeats += 1;
    }
  }

  return {
    transact,
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        if (!isBehind()) await writeSome();
        await delay(random.between(pauseMs.low, pauseMs.high), undefined, { signal }).catch(() => {});
      }
    },
  };
}

function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}

/** Whether the event of a transaction is stored, by this call or by an earlier one whose response was lost. */
export async function isStored(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) return false;
    return error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed";
  }
}
