import type { SuspendedOrgCache } from "#shared/auth/orgs/suspended-orgs.ts";
import type { DeliveryMessage, DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import { enqueue } from "#shared/webhooks/deliveries/reschedule.ts";
import type { EndpointStore } from "#shared/webhooks/endpoints/endpoint.ts";
import { isReplayScope, type Replay, type ReplayQueue, type ReplayStore } from "./replay.ts";
import { type ReplaySelectionPorts, selectForReplay } from "./replay-selection.ts";

/** Deliveries a second, so that a long replay leaves the receiver capacity for current events. */
const deliveriesPerSecond = 50;

export type ReplayPorts = ReplaySelectionPorts & {
  readonly endpoints: Pick<EndpointStore, "get">;
  readonly replays: Pick<ReplayStore, "get" | "save">;
  readonly queue: DeliveryQueue;
  readonly replayQueue: ReplayQueue;
  readonly suspended: Pick<SuspendedOrgCache, "current">;
  now(): Date;
};

/**
 * Runs one page of a replay and enqueues the next step. Stops the replay if the endpoint is deleted or disabled, the
 * organisation is suspended, or the scope is not recognised. Repeating a page delivers nothing twice, because its
 * messages belong to the same run.
 */
export async function runReplayStep(
  ports: ReplayPorts,
  ref: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">,
): Promise<Replay["status"] | "unknown"> {
  const replay = await ports.replays.get(ref.endpoint_id, ref.replay_id);
  if (replay === null || replay.status !== "running") return replay?.status ?? "unknown";
  const [endpoint, suspended] = await Promise.all([
    ports.endpoints.get(ref.org_id, ref.endpoint_id),
    ports.suspended.current(),
  ]);
  const now = ports.now();
  const updated_at = now.toISOString();
  const { only } = replay;
  // A scope of a later release cannot be selected here. That release can start the replay again.
  if (!isReplayScope(only) || endpoint === null || endpoint.disabled !== null || suspended.has(ref.org_id)) {
    await ports.replays.save({ ...replay, status: "stopped", updated_at });
    return "stopped";
  }
  const { selected, examined, next } = await selectForReplay(ports, endpoint, { ...replay, only }, replay.cursor, now);
  await sendPaced(
    ports.queue,
    selected.map(({ delivery_id, event_type, event, sequence, sealed_at }) => ({
      org_id: replay.org_id,
      endpoint_id: replay.endpoint_id,
      delivery_id,
      event_type,
      event,
      sequence,
      sealed_at,
      cycle: Date.parse(replay.created_at),
      started_at: updated_at,
      step: 0,
      parked: 0,
      urgent: false,
      resend: replay.only === "all",
    })),
  );
  const status = next === null ? "done" : "running";
  // Save before enqueuing: after a crash between the two, the redelivered message continues from here.
  await ports.replays.save({
    ...replay,
    status,
    examined: replay.examined + examined,
    sent: replay.sent + selected.length,
    cursor: next,
    updated_at,
  });
  if (next !== null) await ports.replayQueue.send(ref, Math.ceil(selected.length / deliveriesPerSecond));
  return status;
}

async function sendPaced(queue: DeliveryQueue, messages: readonly DeliveryMessage[]): Promise<void> {
  for (let second = 0; second * deliveriesPerSecond < messages.length; second++) {
    await enqueue(queue, messages.slice(second * deliveriesPerSecond, (second + 1) * deliveriesPerSecond), second);
  }
}
