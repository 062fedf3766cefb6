import { ActivityError } from "#shared/errors.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import { type EventReader, noFilter } from "#shared/events/query/query.ts";
import { chunk } from "#shared/platform/chunk.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import type { DeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint, EndpointReader } from "#shared/webhooks/endpoints/endpoint.ts";
import { orgShards } from "#shared/webhooks/endpoints/org-hash.ts";
import { countReplay } from "./count-replay.ts";
import type { RepairCursor, RepairedEndpoint, RepairRequest, RepairResponse } from "./repair-request.ts";
import type { ReplayQueue, ReplayStore } from "./replay.ts";
import type { ReplayRange } from "./replay-selection.ts";
import { assertReplayRange, getActiveReplay, startReplay } from "./start-replay.ts";

/** No organisation is started after this time, well before the function and its caller time out. */
const budgetMs = 8_000;

/** Approximate limit of a response: it must fit into Lambda's response and a log line. */
const maxReported = 1_000;

const concurrentShards = 16;
const concurrentOrgs = 16;

/** Pages that are read per endpoint: one of the failed deliveries, one of the log. */
const countedPages = 2;

export type RepairPorts = {
  readonly endpoints: Pick<EndpointReader, "list" | "get" | "listOrgIds">;
  readonly deliveries: Pick<DeliveryStore, "page" | "statuses">;
  readonly replays: Pick<ReplayStore, "save" | "getActive">;
  readonly replayQueue: ReplayQueue;
  readonly events: EventReader;
  now(): Date;
  /** Returns random bytes. */
  random(count: number): Uint8Array;
};

/**
 * Starts a replay for each endpoint with failed or missing deliveries in a range. Each call processes some of the
 * organisations and returns where to continue; repeating a call starts no second replay. Throws `ActivityError`
 * `invalid_value` for a range that is malformed or too old, and `unavailable`.
 */
export async function repair(ports: RepairPorts, request: RepairRequest): Promise<RepairResponse> {
  const range = rangeOf(request, ports.now());
  const deadline = ports.now().getTime() + budgetMs;
  const endpoints: RepairedEndpoint[] = [];
  let orgs = 0;
  let next: RepairCursor | null = request.cursor ?? { shard: 0, after: null };
  while (next !== null) {
    const orgsToRepair = await orgsFrom(ports, next);
    for (const batch of chunk(orgsToRepair, concurrentOrgs)) {
      const repaired = await Promise.all(batch.map(({ orgId }) => repairOrg(ports, orgId, range, request.dry_run)));
      endpoints.push(...repaired.flat());
      orgs += batch.length;
      next = cursorAfter(batch, next);
      if (isFull()) return { repair: { orgs, endpoints, next, progress: progressOf(next) } };
    }
    const shard: number = Math.floor(next.shard / concurrentShards) * concurrentShards + concurrentShards;
    next = shard < orgShards ? { shard, after: null } : null;
    if (isFull()) break;
  }
  return { repair: { orgs, endpoints, next, progress: progressOf(next) } };

  function isFull(): boolean {
    return ports.now().getTime() > deadline || endpoints.length >= maxReported;
  }
}

function rangeOf({ since, until }: RepairRequest, now: Date): ReplayRange & { only: "failed" } {
  const range = { ...parseTimeRange({ since, until }), events: null, only: "failed" } as const;
  assertReplayRange(range, now);
  return range;
}

type ListedOrg = { readonly orgId: string; readonly shard: number };

/** Returns the organisations after the cursor, up to the end of its group of shards. */
async function orgsFrom({ endpoints }: RepairPorts, { shard, after }: RepairCursor): Promise<readonly ListedOrg[]> {
  const end = Math.floor(shard / concurrentShards) * concurrentShards + concurrentShards;
  const shards = Array.from({ length: end - shard }, (_, n) => shard + n);
  const listed = await Promise.all(
    shards.map(async (each) => (await endpoints.listOrgIds(each)).toSorted().map((orgId) => ({ orgId, shard: each }))),
  );
  return listed.flat().filter((org) => after === null || org.shard > shard || org.orgId > after);
}

function cursorAfter(orgs: readonly ListedOrg[], fallback: RepairCursor): RepairCursor {
  const last = orgs.at(-1);
  return last === undefined ? fallback : { shard: last.shard, after: last.orgId };
}

function progressOf(next: RepairCursor | null): number {
  return next === null ? 1 : next.shard / orgShards;
}

/** Returns the endpoints with missing deliveries. One small read excludes organisations without events in the range. */
async function repairOrg(
  ports: RepairPorts,
  orgId: string,
  range: ReplayRange,
  dryRun: boolean,
): Promise<readonly RepairedEndpoint[]> {
  if (!(await hasEvents(ports.events, orgId, range))) return [];
  const repaired: RepairedEndpoint[] = [];
  // Sequential: each may read hundreds of events, and other organisations run concurrently.
  for (const endpoint of await ports.endpoints.list(orgId)) {
    const result = await repairEndpoint(ports, endpoint, range, dryRun);
    if (result !== null) repaired.push(result);
  }
  return repaired;
}

async function hasEvents(events: EventReader, org_id: string, { since, until }: ReplayRange): Promise<boolean> {
  const page = await events.readPage({
    ...noFilter,
    org_id,
    since,
    until,
    visibleEntityTypes: entityTypes,
    projection: [],
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
  const summary = { org_id, endpoint_id, count, complete, reason: null, replay_id: null };
  if (disabled !== null) return { ...summary, outcome: "skipped", reason: "disabled" };
  const active = await getActiveReplay(ports, endpoint_id);
  if (active !== null) {
    return { ...summary, outcome: "skipped", reason: "replay_running", replay_id: active.replay_id };
  }
  if (dryRun) return { ...summary, outcome: "would_start" };
  try {
    const { replay_id } = await startReplay({ ...ports, replayLists: null }, org_id, endpoint_id, range);
    return { ...summary, outcome: "started", replay_id };
  } catch (error) {
    // Its owner deleted, disabled or replayed it after it was listed.
    if (error instanceof ActivityError && (error.code === "conflict" || error.code === "not_found")) {
      return { ...summary, outcome: "skipped", reason: "changed" };
    }
    throw error;
  }
}
