import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect, inject, it } from "vitest";
import * as z from "zod";
import { createEmitter } from "../../clients/emitter/emitter.ts";
import type { Faults } from "../../infra/local/faults.ts";
import type { EventInput } from "../../shared/events/schema.ts";
import { anInput } from "../support/builders.ts";
import { readLogs, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

/** For so long every append of one organisation is throttled. */
const throttledMs = 25_000;
/** How often the other organisation writes an event meanwhile. */
const everyMs = 250;
const slowestMs = 2_000;

const appendOf = z.object({ Item: z.object({ org_id: z.object({ S: z.string() }), entity_type: z.unknown() }) });

/** Throttles the appends of one organisation for as long as it is told to. */
class OneOrgThrottled implements Faults {
  orgId = "";
  refused = 0;

  refuses({ operation, input }: Parameters<Faults["refuses"]>[0]): string | undefined {
    if (this.orgId === "" || operation !== "PutItem") return undefined;
    const append = appendOf.safeParse(input);
    if (append.data?.Item.org_id.S !== this.orgId) return undefined;
    this.refused += 1;
    return "ThrottlingException";
  }

  losesAnswer = () => false;
  onInvoke = () => {};
  batchesOf<Item>() {
    return (batch: readonly Item[]) => [batch];
  }
}

it("an organisation that is throttled delays no other, and loses nothing", async () => {
  const faults = new OneOrgThrottled();
  const stack = await startStack(inject("assembly"), faults);
  const [hot, quiet] = [await stack.tenant(), await stack.tenant()];
  const { emit } = createEmitter({ queueUrl: stack.queues.ingest ?? "", client: stack.sqs });
  const emitAll = async (events: readonly EventInput[]) => {
    for (const { status } of await emit(events)) expect(status).toBe("sent");
  };
  const countOf = async ({ headers }: typeof hot) => {
    const response = await stack.get("/api/public/v1/activity?limit=500", headers);
    const { activity } = z.object({ activity: z.array(z.unknown()) }).parse(await response.json());
    return activity.length;
  };
  const deadLetters = async () => {
    const command = new GetQueueAttributesCommand({
      QueueUrl: stack.queues.ingest_dead_letters,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    return Number((await stack.sqs.send(command)).Attributes?.ApproximateNumberOfMessages);
  };
  // Cold starts are no part of what is measured.
  await emitAll([anInput({ org_id: quiet.org_id, entity_id: "first" })]);
  await until(async () => (await countOf(quiet)) === 1);

  faults.orgId = hot.org_id;
  const bulk = Array.from({ length: 300 }, (_, at) => anInput({ org_id: hot.org_id, entity_id: `bulk_${at}` }));
  await emitAll(bulk);
  let hotEvents = bulk.length;
  const lags: Promise<number>[] = [];
  const lagOf = async (entity_id: string) => {
    const event_id = `evt_${entity_id.padStart(32, "0")}`;
    const input = anInput({ org_id: quiet.org_id, entity_id, event_id, occurred_at: new Date().toISOString() });
    const sentAt = Date.now();
    await emitAll([input]);
    await until(() => stack.events.get(quiet.org_id, { entity_id, event_id, occurred_at: input.occurred_at }));
    return Date.now() - sentAt;
  };
  const endsAt = Date.now() + throttledMs;
  while (Date.now() < endsAt) {
    lags.push(lagOf(String(lags.length)));
    await emitAll([anInput({ org_id: hot.org_id, entity_id: `more_${hotEvents}` })]);
    hotEvents += 1;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  const sorted = (await Promise.all(lags)).sort((left, right) => left - right);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
  expect(p99, `lags in ms: ${sorted.join(" ")}`).toBeLessThanOrEqual(slowestMs);
  expect(faults.refused).toBeGreaterThan(0);
  expect(await countOf(hot)).toBe(0);
  expect(await deadLetters()).toBe(0);
  // Far fewer calls than there are events and tries: an instance leaves the organisation alone during its wait.
  expect(readLogs(stack.logs)).toContain('"organisation throttled"');

  faults.orgId = "";
  await until(async () => (await countOf(hot)) === hotEvents, { deadlineMs: 70_000 });
  expect(await countOf(quiet)).toBe(lags.length + 1);
  expect(await deadLetters()).toBe(0);
}, 180_000);
