import type { SuspendedOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import type { DeliveryMessage, DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import { enqueue } from "#shared/webhooks/deliveries/enqueue.ts";
import type { EndpointStore } from "#shared/webhooks/endpoints/endpoint.ts";
import { isReplayScope, type Replay, type ReplayQueue, type ReplayStore } from "./replay.ts";
import { type ReplayLog, selectForReplay } from "./replay-selection.ts";

/** Deliveries a second: a replay of years takes its time and leaves the receiver room for what happens now. */
const perSecond = 50;

export type ReplayWorld = ReplayLog & {
  readonly endpoints: Pick<EndpointStore, "get">;
  readonly replays: Pick<ReplayStore, "get" | "save">;
  readonly queue: DeliveryQueue;
  readonly replayQueue: ReplayQueue;
  readonly suspended: Pick<SuspendedOrgs, "current">;
  now(): Date;
};

/**
 * Takes a replay one page further and asks for the next. It stops where the endpoint is gone or disabled, or its
 * organisation suspended, or a later release began it in a way that this one does not know. A page that is run twice sends nothing twice: its messages are of the same cycle.
 */
export async function runReplay(
  world: ReplayWorld,
  ref: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">,
): Promise<Replay["status"] | "unknown"> {
  const replay = await world.replays.get(ref.endpoint_id, ref.replay_id);
  if (replay === null || replay.status !== "running") return replay?.status ?? "unknown";
  const [endpoint, suspended] = await Promise.all([
    world.endpoints.get(ref.org_id, ref.endpoint_id),
    world.suspended.current(),
  ]);
  const now = world.now();
  const updated_at = now.toISOString();
  const { only } = replay;
  // What a scope of a later release selects is not known here: its replay can be started again by that release.
  if (!isReplayScope(only) || endpoint === null || endpoint.disabled !== null || suspended.has(ref.org_id)) {
    await world.replays.save({ ...replay, status: "stopped", updated_at });
    return "stopped";
  }
  const { selected, examined, next } = await selectForReplay(world, endpoint, { ...replay, only }, replay.place, now);
  await sendPaced(
    world.queue,
    selected.map(({ delivery_id, event_type, event }) => ({
      org_id: replay.org_id,
      endpoint_id: replay.endpoint_id,
      delivery_id,
      event_type,
      event,
      cycle: Date.parse(replay.created_at),
      started_at: updated_at,
      step: 0,
      parked: 0,
      urgent: false,
      resend: replay.only === "all",
    })),
  );
  const status = next === null ? "done" : "running";
  // Saved before the next step is asked for: a crash between the two repeats the message of this step, which goes on.
  await world.replays.save({
    ...replay,
    status,
    examined: replay.examined + examined,
    sent: replay.sent + selected.length,
    place: next,
    updated_at,
  });
  if (next !== null) await world.replayQueue.send(ref, Math.ceil(selected.length / perSecond));
  return status;
}

async function sendPaced(queue: DeliveryQueue, messages: readonly DeliveryMessage[]): Promise<void> {
  for (let second = 0; second * perSecond < messages.length; second++) {
    await enqueue(queue, messages.slice(second * perSecond, (second + 1) * perSecond), second);
  }
}
