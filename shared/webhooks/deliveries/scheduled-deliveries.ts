import { type DeliveryQueue, type DueStore, dueShards } from "./delivery.ts";

export type DueWorld = { readonly due: Pick<DueStore, "due" | "remove">; readonly queue: DeliveryQueue; now(): Date };

/** A run ends before the next one begins, and leaves the rest to it. */
const runsForMs = 45_000;

/** Shards that one run takes care of, of `of` runs at a time. */
export type Share = { readonly run: number; readonly of: number };

/**
 * Enqueues the attempts that are due, in a share of the shards. They are sent before they are removed: a crash between
 * the two sends them twice, and the second is dropped. Answers how many were sent.
 */
export async function enqueueDue(world: DueWorld, { run, of }: Share): Promise<number> {
  const shards = Array.from({ length: dueShards }, (_, shard) => shard).filter((shard) => shard % of === run);
  const until = world.now().getTime() + runsForMs;
  const runs = await Promise.allSettled(shards.map((shard) => enqueueShard(world, shard, until)));
  const trouble = runs.find(({ status }) => status === "rejected");
  if (trouble?.status === "rejected") throw trouble.reason;
  return runs.reduce((sum, each) => sum + (each.status === "fulfilled" ? each.value : 0), 0);
}

async function enqueueShard({ due, queue, now }: DueWorld, shard: number, until: number): Promise<number> {
  let sent = 0;
  while (now().getTime() < until) {
    const entries = await due.due(shard, now());
    if (entries.length === 0) return sent;
    const refused = new Set(
      await queue.send(
        entries.map(({ message }) => message),
        0,
      ),
    );
    const accepted = entries.filter(({ message }) => !refused.has(message));
    await due.remove(accepted);
    sent += accepted.length;
    // A queue that refuses some is busy: the next run comes in a minute.
    if (refused.size > 0) return sent;
  }
  return sent;
}
