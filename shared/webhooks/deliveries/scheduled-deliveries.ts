import { type DeliveryQueue, type ScheduledDeliveryStore, scheduleShardCount } from "./delivery.ts";

export type EnqueueDuePorts = {
  readonly scheduled: Pick<ScheduledDeliveryStore, "listDue" | "remove">;
  readonly queue: DeliveryQueue;
  now(): Date;
};

/** A run ends before the next one starts, and leaves the rest to it. */
const maxRunMs = 45_000;

/** One of `workers` concurrent runs, each of which enqueues its part of the shards. */
export type ScheduleWorker = { readonly worker: number; readonly workers: number };

/**
 * Enqueues the due attempts of a worker's shards, and returns how many. They are enqueued before they are removed: after
 * a crash in between they are enqueued twice, and the second message is dropped.
 */
export async function enqueueDueDeliveries(
  ports: EnqueueDuePorts,
  { worker, workers }: ScheduleWorker,
): Promise<number> {
  const shards = Array.from({ length: scheduleShardCount }, (_, shard) => shard);
  const until = ports.now().getTime() + maxRunMs;
  const runs = await Promise.allSettled(
    shards.filter((shard) => shard % workers === worker).map((shard) => enqueueShard(ports, shard, until)),
  );
  const failure = runs.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") throw failure.reason;
  return runs.reduce((sum, run) => sum + (run.status === "fulfilled" ? run.value : 0), 0);
}

async function enqueueShard({ scheduled, queue, now }: EnqueueDuePorts, shard: number, until: number): Promise<number> {
  let enqueued = 0;
  while (now().getTime() < until) {
    const entries = await scheduled.listDue(shard, now());
    if (entries.length === 0) return enqueued;
    const messages = entries.map(({ message }) => message);
    const unsent = new Set(await queue.send(messages, 0));
    const accepted = entries.filter(({ message }) => !unsent.has(message));
    await scheduled.remove(accepted);
    enqueued += accepted.length;
    // The queue is busy: the next run is a minute later.
    if (unsent.size > 0) return enqueued;
  }
  return enqueued;
}
