import { ActivityError } from "#shared/errors.ts";
import { keptForDays } from "#shared/webhooks/deliveries/delivery.ts";
import type { EndpointStore } from "#shared/webhooks/endpoints/endpoint.ts";
import { getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import type { ManageWorld } from "#shared/webhooks/endpoints/management-ports.ts";
import { replayIdPattern } from "#shared/webhooks/ids.ts";
import { countReplay, type ReplayCount } from "./count-replay.ts";
import type { Replay, ReplayStore } from "./replay.ts";
import { noteReplay, type ReplayLimitPorts } from "./replay-limit.ts";
import type { ReplayRange } from "./replay-selection.ts";

/** What starting a replay needs. */
export type ReplayStart = Pick<ManageWorld, "replayQueue" | "now" | "random"> & {
  readonly endpoints: Pick<EndpointStore, "get">;
  readonly replays: Pick<ReplayStore, "save" | "running">;
} & (ReplayLimitPorts | Unlimited);

/** For operators, who replay what the log owes. They need no right to read single replays. */
type Unlimited = { readonly replayLists: null };

/** The replay that is under way to an endpoint; `null` where there is none, or it has stalled. */
export function runningReplay(
  { replays, now }: { readonly replays: Pick<ReplayStore, "running">; now(): Date },
  endpointId: string,
): Promise<Replay | null> {
  return replays.running(endpointId, now());
}

/**
 * Begins to send events of the log again. Throws `ActivityError`: `not_found`, `invalid_value` for a range that cannot
 * be, `conflict` while the endpoint is disabled, another replay runs or the organisation has too many, `unavailable`.
 */
export async function startReplay(
  world: ReplayStart,
  orgId: string,
  endpointId: string,
  range: ReplayRange,
): Promise<Replay> {
  const { org_id, endpoint_id, disabled } = await getEndpoint(world, orgId, endpointId);
  const now = world.now();
  checkRange(range, now);
  if (disabled !== null) {
    throw new ActivityError("conflict", "The endpoint is disabled: enable it before you replay events to it.");
  }
  const others = await runningReplay(world, endpoint_id);
  if (others !== null) {
    throw new ActivityError(
      "conflict",
      `The replay ${others.replay_id} is under way to the endpoint: wait until it is done.`,
    );
  }
  const at = now.toISOString();
  const { since, until, events, only } = range;
  const replay: Replay = {
    replay_id: `rpl_${Buffer.from(world.random(16)).toString("hex")}`,
    org_id,
    endpoint_id,
    since,
    until,
    events,
    only,
    status: "running",
    examined: 0,
    sent: 0,
    place: null,
    created_at: at,
    updated_at: at,
  };
  await world.replays.save(replay);
  const begin = async () => {
    if (world.replayLists !== null) await noteReplay(world, replay);
    await world.replayQueue.send(replay, 0);
  };
  await begin().catch(async (error) => {
    // Else it would seem to run, and be in the way of another attempt until it counts as stalled.
    await world.replays.save({ ...replay, status: "stopped" });
    throw error;
  });
  return replay;
}

/**
 * Counts what a replay would send, also to a disabled endpoint. Throws `ActivityError` `not_found` and `invalid_value`.
 */
export async function previewReplay(
  world: ManageWorld,
  orgId: string,
  endpointId: string,
  range: ReplayRange,
): Promise<ReplayCount> {
  const endpoint = await getEndpoint(world, orgId, endpointId);
  const now = world.now();
  checkRange(range, now);
  return countReplay(world, endpoint, range, now);
}

/**
 * How far a replay has come. Throws `ActivityError` `not_found`, in the same words whether it is unknown or another's.
 */
export async function getReplay(
  world: ManageWorld,
  orgId: string,
  endpointId: string,
  replayId: string,
): Promise<Replay> {
  await getEndpoint(world, orgId, endpointId);
  const replay = replayIdPattern.test(replayId) ? await world.replays.get(endpointId, replayId) : null;
  if (replay === null) throw new ActivityError("not_found", "There is no such replay.");
  return replay;
}

/** Throws `ActivityError` `invalid_value` for a range whose failed deliveries are not known any more. */
export function checkRange({ since, only }: ReplayRange, now: Date): void {
  const keptSince = new Date(now.getTime() - keptForDays * 86_400_000).toISOString();
  if (only === "failed" && since < keptSince) {
    const message = `What failed is known for ${keptForDays} days: to send older events again, ask for only "all".`;
    throw new ActivityError("invalid_value", message, { field: "since" });
  }
}
