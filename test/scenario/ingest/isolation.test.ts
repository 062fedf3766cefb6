import { setTimeout as delay } from "node:timers/promises";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect, inject, it } from "vitest";
import * as z from "zod";
import { createEmitter } from "#clients/emitter/emitter.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { anInput } from "#test/support/builders.ts";
import { readLogs, startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";

/** How long every append of one organisation is throttled. */
const throttledMs = 120_000;
/** How long the other organisation is measured alone before that. */
const aloneMs = 5_000;
/** How often the other organisation writes an event. */
const everyMs = 500;
const slowestMs = 2_000;
/** Maximum puts of one event meanwhile, each with one retry of the SDK: it is deferred for 1, 2, 4 … 32 and 60 seconds. */
const putsOfOne = 2 * 9;

const appendOf = z.object({ Item: z.object({ org_id: z.object({ S: z.string() }) }) });

/** Throttles the appends of one organisation while its id is set. */
class OneOrgThrottled implements FaultInjector {
  orgId: string | null = null;
  refused = 0;

  errorFor({ operation, input }: Parameters<FaultInjector["errorFor"]>[0]): string | undefined {
    if (this.orgId === null || operation !== "PutItem") return undefined;
    if (appendOf.safeParse(input).data?.Item.org_id.S !== this.orgId) return undefined;
    this.refused += 1;
    return "ProvisionedThroughputExceededException";
  }

  dropsResponse = () => false;
  onInvoke = () => {};
  rebatch<Item>() {
    return (batch: readonly Item[]) => [batch];
  }
}

async function countOf(stack: TestStack, { headers }: Tenant): Promise<number> {
  const response = await stack.get("/api/public/v1/activity?limit=500", headers);
  return z.object({ activity: z.array(z.unknown()) }).parse(await response.json()).activity.length;
}

async function deadLettersOf({ sqs, queues }: TestStack): Promise<number> {
  const AttributeNames = ["ApproximateNumberOfMessages"] as const;
  const QueueUrl = queues.ingest_dead_letters;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** Writes events of an organisation at a steady rate. Returns the times until each was stored, shortest first. */
function steadyWriter(stack: TestStack, { org_id }: Tenant, emit: (events: readonly EventInput[]) => Promise<void>) {
  let written = 0;
  const lag = async (): Promise<number> => {
    written += 1;
    const entity_id = `steady_${written}`;
    const event_id = `evt_${String(written).padStart(32, "0")}`;
    const occurred_at = new Date().toISOString();
    const sentAt = Date.now();
    await emit([anInput({ org_id, entity_id, event_id, occurred_at })]);
    // Polled rarely: polling for many events would slow what is measured.
    await until(() => stack.events.get(org_id, { entity_id, event_id, occurred_at }), { pauseMs: 100 });
    return Date.now() - sentAt;
  };
  return {
    written: () => written,
    async lagsFor(ms: number, meanwhile: () => Promise<void>): Promise<number[]> {
      const lags: Promise<number>[] = [];
      for (const endsAt = Date.now() + ms; Date.now() < endsAt; await delay(everyMs)) {
        lags.push(lag());
        await meanwhile();
      }
      return (await Promise.all(lags)).sort((left, right) => left - right);
    },
  };
}

function p99(sorted: readonly number[]): number {
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
}

it("a throttled organisation delays no other and loses no event", async () => {
  const faults = new OneOrgThrottled();
  const stack = await startStack(inject("assembly"), faults);
  const [hot, quiet] = [await stack.tenant(), await stack.tenant()];
  const { emit } = createEmitter({ queueUrl: stack.queues.ingest ?? "", client: stack.sqs });
  const emitAll = async (events: readonly EventInput[]) => {
    for (const { status } of await emit(events)) expect(status).toBe("sent");
  };
  let hotEvents = 0;
  const emitHot = async (count: number) => {
    await emitAll(
      Array.from({ length: count }, () => anInput({ org_id: hot.org_id, entity_id: `hot_${hotEvents++}` })),
    );
  };
  const writer = steadyWriter(stack, quiet, emitAll);
  // Exclude cold starts from the measurement.
  await writer.lagsFor(1, async () => {});
  const alone = await writer.lagsFor(aloneMs, async () => {});

  faults.orgId = hot.org_id;
  await emitHot(200);
  const beside = await writer.lagsFor(throttledMs, () => emitHot(1));
  // A busy machine is slow without any throttling, too.
  const bound = Math.max(slowestMs, 2 * p99(alone)) * slowness();
  expect(p99(beside), `lags in ms, alone: ${alone.join(" ")}; beside: ${beside.join(" ")}`).toBeLessThanOrEqual(bound);
  expect(await countOf(stack, hot)).toBe(0);
  expect(await deadLettersOf(stack)).toBe(0);
  expect(faults.refused).toBeGreaterThan(0);
  expect(faults.refused).toBeLessThan(putsOfOne * hotEvents);
  expect(readLogs(stack.logs)).toContain('"organisation throttled"');

  faults.orgId = null;
  await until(async () => (await countOf(stack, hot)) === hotEvents, { deadlineMs: 90_000, pauseMs: 500 });
  expect(await countOf(stack, quiet)).toBe(writer.written());
  expect(await deadLettersOf(stack)).toBe(0);
});
