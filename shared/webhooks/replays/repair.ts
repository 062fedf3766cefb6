import { ActivityError } from "#shared/errors.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import type { DeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint, EndpointSource } from "#shared/webhooks/endpoints/endpoint.ts";
import { orgShards } from "#shared/webhooks/endpoints/org-hash.ts";
import { countReplay } from "./count-replay.ts";
import type { RepairAnswer, RepairCursor, RepairedEndpoint, RepairRequest } from "./repair-request.ts";
import type { ReplayQueue, ReplayStore } from "./replay.ts";
import type { ReplayRange } from "./replay-selection.ts";
import { checkRange, runningReplay, startReplay } from "./start-replay.ts";

/** No organisation is begun after so long: well before the function, or whoever waits for it, gives up. */
const budgetMs = 8_000;

/** Endpoints of one answer, about: it must stay within what Lambda returns and what a line of the log holds. */
const maxReported = 1_000;

/** Shards that are listed at the same time, and organisations that are looked at. */
const shardsTogether = 16;
const orgsTogether = 16;

/** Pages that are read to find whether an endpoint misses anything: what is listed as failed, and the log. */
const countedPages = 2;

export type RepairPorts = {
  readonly endpoints: Pick<EndpointSource, "list" | "get" | "orgsIn">;
  readonly deliveries: Pick<DeliveryStore, "page" | "statuses">;
  readonly replays: Pick<ReplayStore, "save" | "running">;
  readonly replayQueue: ReplayQueue;
  readonly events: EventReader;
  now(): Date;
  /** So many random bytes. */
  random(bytes: number): Uint8Array;
};

/**
 * Finds the endpoints that miss deliveries of events of a time, and starts the replay of what failed or was never tried
 * to each. Does a part of the organisations, and says where to continue. A part that is done twice starts nothing twice.
 * Throws `ActivityError` `invalid_value` for a time that is malformed or too long ago, and `unavailable`.
 */
export async function repair(ports: RepairPorts, request: RepairRequest): Promise<RepairAnswer> {
  const range = rangeOf(request, ports.now());
  const deadline = ports.now().getTime() + budgetMs;
  const endpoints: RepairedEndpoint[] = [];
  let orgs = 0;
  let next: RepairCursor | null = request.cursor ?? { shard: 0, after: null };
  while (next !== null) {
    const listed = await orgsFrom(ports, next);
    for (const together of chunks(listed, orgsTogether)) {
      const repaired = await Promise.all(together.map(({ orgId }) => repairOrg(ports, orgId, range, request.dry_run)));
      endpoints.push(...repaired.flat());
      orgs += together.length;
      next = cursorAfter(together, next);
      if (isOver()) return { repair: { orgs, endpoints, next, progress: progressOf(next) } };
    }
    const shard: number = Math.floor(next.shard / shardsTogether) * shardsTogether + shardsTogether;
    next = shard < orgShards ? { shard, after: null } : null;
    if (isOver()) break;
  }
  return { repair: { orgs, endpoints, next, progress: progressOf(next) } };

  function isOver(): boolean {
    return ports.now().getTime() > deadline || endpoints.length >= maxReported;
  }
}

function rangeOf({ since, until }: RepairRequest, now: Date): ReplayRange & { only: "failed" } {
  const range = { ...parseTimeRange({ since, until }), events: null, only: "failed" } as const;
  checkRange(range, now);
  return range;
}

type ListedOrg = { readonly orgId: string; readonly shard: number };

/** The organisations of the shard at the cursor, and of those that are listed together with it. */
async function orgsFrom({ endpoints }: RepairPorts, { shard, after }: RepairCursor): Promise<readonly ListedOrg[]> {
  const end = Math.floor(shard / shardsTogether) * shardsTogether + shardsTogether;
  const shards = Array.from({ length: end - shard }, (_, n) => shard + n);
  const listed = await Promise.all(
    shards.map(async (each) => (await endpoints.orgsIn(each)).toSorted().map((orgId) => ({ orgId, shard: each }))),
  );
  return listed.flat().filter((org) => after === null || org.shard > shard || org.orgId > after);
}

function cursorAfter(together: readonly ListedOrg[], otherwise: RepairCursor): RepairCursor {
  const last = together.at(-1);
  return last === undefined ? otherwise : { shard: last.shard, after: last.orgId };
}

function progressOf(next: RepairCursor | null): number {
  return next === null ? 1 : next.shard / orgShards;
}

/** The endpoints of an organisation that miss something. Without an event in the range, one small read says: none. */
async function repairOrg(
  ports: RepairPorts,
  orgId: string,
  range: ReplayRange,
  dryRun: boolean,
): Promise<readonly RepairedEndpoint[]> {
  if (!(await hasEvents(ports.events, orgId, range))) return [];
  const repaired: RepairedEndpoint[] = [];
  // One after the other: each may read hundreds of events, and other organisations are looked at beside.
  for (const endpoint of await ports.endpoints.list(orgId)) {
    const done = await repairEndpoint(ports, endpoint, range, dryRun);
    if (done !== null) repaired.push(done);
  }
  return repaired;
}

async function hasEvents(events: EventReader, org_id: string, { since, until }: ReplayRange): Promise<boolean> {
  const page = await events.page({
    entity_type: null,
    entity_id: null,
    action: null,
    actor_user_id: null,
    contact_id: null,
    settled: null,
    org_id,
    since,
    until,
    visible: entityTypes,
    parts: [],
    limit: 1,
    after: null,
  });
  return page.events.length > 0 || page.next !== null;
}

async function repairEndpoint(
  ports: RepairPorts,
  endpoint: Endpoint,
  range: ReplayRange,
  dryRun: boolean,
): Promise<RepairedEndpoint | null> {
  const { org_id, endpoint_id, disabled } = endpoint;
  const { count, complete } = await countReplay(ports, endpoint, range, ports.now(), countedPages);
  if (count === 0 && complete) return null;
  const found = { org_id, endpoint_id, count, complete, reason: null, replay_id: null };
  if (disabled !== null) return { ...found, outcome: "skipped", reason: "disabled" };
  const running = await runningReplay(ports, endpoint_id);
  if (running !== null) {
    return { ...found, outcome: "skipped", reason: "replay_running", replay_id: running.replay_id };
  }
  if (dryRun) return { ...found, outcome: "would_start" };
  try {
    const { replay_id } = await startReplay({ ...ports, replayLists: null }, org_id, endpoint_id, range);
    return { ...found, outcome: "started", replay_id };
  } catch (error) {
    // Deleted, disabled or replayed by its owner since it was listed.
    if (error instanceof ActivityError && (error.code === "conflict" || error.code === "not_found")) {
      return { ...found, outcome: "skipped", reason: "changed" };
    }
    throw error;
  }
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
