import { ActivityError } from "#shared/errors.ts";
import { deliveryRetentionDays, deliveryRetentionMs } from "#shared/webhooks/delivery-lifetime.ts";
import type { EndpointStore } from "#shared/webhooks/endpoints/endpoint.ts";
import { getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { replayIdPattern } from "#shared/webhooks/ids.ts";
import { countReplay, type ReplayCount } from "./count-replay.ts";
import type { Replay, ReplayQueue, ReplayStore } from "./replay.ts";
import { type ReplayLimitPorts, registerReplay } from "./replay-limit.ts";
import type { ReplayRange, ReplaySelectionPorts } from "./replay-selection.ts";

type GetEndpointPorts = { readonly endpoints: Pick<EndpointStore, "get"> };

export type StartReplayPorts = GetEndpointPorts & {
  readonly replayQueue: ReplayQueue;
  readonly replays: Pick<ReplayStore, "save" | "getActive">;
  now(): Date;
  random(count: number): Uint8Array;
} & (ReplayLimitPorts | Unlimited);

/** For repairs by administrators. They have no permission to read single replays. */
type Unlimited = { readonly replayLists: null };

/** Returns the active replay of an endpoint, or `null`. */
export function getActiveReplay(
  { replays, now }: { readonly replays: Pick<ReplayStore, "getActive">; now(): Date },
  endpointId: string,
): Promise<Replay | null> {
  return replays.getActive(endpointId, now());
}

/**
 * Starts a replay. Throws `ActivityError`: `not_found`, `invalid_value` for an invalid range, `conflict` while the
 * endpoint is disabled, another replay is active or the organisation has too many, and `unavailable`.
 */
export async function startReplay(
  ports: StartReplayPorts,
  orgId: string,
  endpointId: string,
  range: ReplayRange,
): Promise<Replay> {
  const { org_id, endpoint_id, disabled } = await getEndpoint(ports, orgId, endpointId);
  const now = ports.now();
  assertReplayRange(range, now);
  if (disabled !== null) {
    throw new ActivityError("conflict", "The endpoint is disabled. Enable it before you replay events to it.");
  }
  const active = await getActiveReplay(ports, endpoint_id);
  if (active !== null) {
    throw new ActivityError("conflict", `Replay ${active.replay_id} of the endpoint is active. Wait until it is done.`);
  }
  const at = now.toISOString();
  const { since, until, events, only } = range;
  const replay: Replay = {
    replay_id: `rpl_${Buffer.from(ports.random(16)).toString("hex")}`,
    org_id,
    endpoint_id,
    since,
    until,
    events,
    only,
    status: "running",
    examined: 0,
    sent: 0,
    cursor: null,
    created_at: at,
    updated_at: at,
  };
  await ports.replays.save(replay);
  const enqueue = async () => {
    if (ports.replayLists !== null) await registerReplay(ports, replay);
    await ports.replayQueue.send(replay, 0);
  };
  await enqueue().catch(async (error) => {
    // Otherwise it would block other replays until it counts as stalled.
    await ports.replays.save({ ...replay, status: "stopped" });
    throw error;
  });
  return replay;
}

/** Counts the deliveries of a replay, also for a disabled endpoint. Throws `ActivityError` `not_found` and `invalid_value`. */
export async function previewReplay(
  ports: ReplaySelectionPorts & GetEndpointPorts & { now(): Date },
  orgId: string,
  endpointId: string,
  range: ReplayRange,
): Promise<ReplayCount> {
  const endpoint = await getEndpoint(ports, orgId, endpointId);
  const now = ports.now();
  assertReplayRange(range, now);
  return countReplay(ports, endpoint, range, now);
}

/** Returns a replay. Throws the same `ActivityError` `not_found` for unknown ids and those of other organisations. */
export async function getReplay(
  ports: GetEndpointPorts & { readonly replays: Pick<ReplayStore, "get"> },
  orgId: string,
  endpointId: string,
  replayId: string,
): Promise<Replay> {
  await getEndpoint(ports, orgId, endpointId);
  const replay = replayIdPattern.test(replayId) ? await ports.replays.get(endpointId, replayId) : null;
  if (replay === null) throw new ActivityError("not_found", "There is no such replay.");
  return replay;
}

/** Throws `ActivityError` `invalid_value` if deliveries of the range have expired, and `only` requires them. */
export function assertReplayRange({ since, only }: ReplayRange, now: Date): void {
  const keptSince = new Date(now.getTime() - deliveryRetentionMs).toISOString();
  if (only === "failed" && since < keptSince) {
    const message = `Failed deliveries are kept for ${deliveryRetentionDays} days. For older events, set only to "all".`;
    throw new ActivityError("invalid_value", message, { field: "since" });
  }
}
