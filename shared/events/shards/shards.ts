import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent } from "#shared/events/event.ts";

/**
 * How many shards an organisation may have. Powers of two, so that an event's possible shards are few and a wrong one
 * is noticed. More than 32 would exceed the connections of a client, and an account's default write quota by far.
 */
export const shardCounts = [1, 2, 4, 8, 16, 32] as const;

export type ShardCount = (typeof shardCounts)[number];

/** The shard of every event of an organisation with one shard; it is part of every read. */
export const firstShard = "0";

/** How many shards an organisation has. Writers use `before` until the time `from`, readers use `count` always. */
export type ShardSetting = { readonly before: ShardCount; readonly count: ShardCount; readonly from: string };

/**
 * How long a new count is known before writers use it. Longer than a reader may use old knowledge, plus the time that
 * the change takes to commit and the error of two clocks.
 */
export const shardLeadMs = 120_000;

/** What tells two events apart in any index. */
type Identity = Pick<ActivityEvent, "entity_id" | "event_id">;

/** Returns the shard that an event is written to when its organisation has `count` shards. */
export function shardOf(event: Identity, count: ShardCount): string {
  return count === 1 ? firstShard : String(hashOf(event) % count);
}

/** Returns whether any allowed count gives the event this shard. */
export function isPossibleShard(event: Identity, shard: string): boolean {
  if (shard === firstShard) return true;
  const hash = hashOf(event);
  return shardCounts.some((count) => shard === String(hash % count));
}

/** Returns the names of all shards that a count gives. */
export function shardNames(count: ShardCount): string[] {
  return Array.from({ length: count }, (_, shard) => String(shard));
}

export function isShardCount(value: unknown): value is ShardCount {
  return shardCounts.some((count) => count === value);
}

/**
 * Returns the setting after a raise at `now`; the same setting if the count is the same. Throws `ActivityError`
 * `invalid_value` if the count is lower: events stay in the shards that they were written to.
 */
export function raiseShardCount(current: ShardSetting | null, count: ShardCount, now: Date): ShardSetting | null {
  const present = current?.count ?? 1;
  if (count === present) return current;
  if (count < present) {
    const message = `The organisation has ${present} shards, and they can only be raised: its events stay where they are.`;
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
