import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent } from "#shared/events/event.ts";

/**
 * Allowed shard counts: powers of two, so that an event has few possible shards and a wrong one is detected. More than
 * 32 would exceed the connections of a client, and the default write quota of an account by far.
 */
export const shardCounts = [1, 2, 4, 8, 16, 32] as const;

export type ShardCount = (typeof shardCounts)[number];

/** The only shard of an organisation with one shard; every read includes it. */
export const firstShard = "0";

/** The shard count of an organisation. Writers use `before` until the time `from`; readers always use `count`. */
export type ShardSetting = { readonly before: ShardCount; readonly count: ShardCount; readonly from: string };

/**
 * How long a new count is stored before writers use it: longer than readers may use an outdated one, plus the time to
 * commit the change and the error of two clocks.
 */
export const shardLeadMs = 120_000;

/** The fields that identify an event in every index. */
type Identity = Pick<ActivityEvent, "entity_id" | "event_id">;

/** Returns the shard of an event in an organisation with `count` shards. */
export function shardOf(event: Identity, count: ShardCount): string {
  return count === 1 ? firstShard : String(hashOf(event) % count);
}

/** Returns whether the event can be in this shard, for any allowed count. */
export function isPossibleShard(event: Identity, shard: string): boolean {
  if (shard === firstShard) return true;
  const hash = hashOf(event);
  return shardCounts.some((count) => shard === String(hash % count));
}

/** Returns the names of all `count` shards. */
export function shardNames(count: ShardCount): string[] {
  return Array.from({ length: count }, (_, shard) => String(shard));
}

export function isShardCount(value: unknown): value is ShardCount {
  return shardCounts.some((count) => count === value);
}

/**
 * Returns the setting with a higher shard count from `now` on; the same setting if the count is the same. Throws `ActivityError`
 * `invalid_value` if the count is lower, because events stay in their shards.
 */
export function increaseShardCount(current: ShardSetting | null, count: ShardCount, now: Date): ShardSetting | null {
  const present = current?.count ?? 1;
  if (count === present) return current;
  if (count < present) {
    const message = `The organisation has ${present} shards. The number can only be increased, because events stay in their shards.`;
    throw new ActivityError("invalid_value", message, { field: "shards" });
  }
  return { before: shardCountToWrite(current, now), count, from: new Date(now.getTime() + shardLeadMs).toISOString() };
}

/** Returns the count that writers use at `now`. */
export function shardCountToWrite(setting: ShardSetting | null, now: Date): ShardCount {
  if (setting === null) return 1;
  return setting.from <= now.toISOString() ? setting.count : setting.before;
}

function hashOf({ entity_id, event_id }: Identity): number {
  return createHash("sha256").update(`${entity_id} ${event_id}`).digest().readUInt32BE();
}
