import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import type { ReplayRange } from "#shared/webhooks/replays/replay-selection.ts";
import { type ReplayPorts, runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { anEndpoint, testNow } from "#test/support/builders.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryReplays } from "#test/support/memory/webhooks.ts";
import { deliveryFixture } from "./delivery-fixture.ts";

/** Creates a replay of all events of a month to `anEndpoint()`. */
export function aReplay(over: Partial<Replay & ReplayRange> = {}): Replay & ReplayRange {
  const { org_id, endpoint_id } = anEndpoint();
  const at = testNow.toISOString();
  return {
    replay_id: "rpl_1",
    org_id,
    endpoint_id,
    since: "2026-05-01T00:00:00.000Z",
    until: at,
    events: null,
    only: "all",
    status: "running",
    examined: 0,
    sent: 0,
    cursor: null,
    created_at: at,
    updated_at: at,
    ...over,
  };
}

/** Creates a fixture to deliver and to replay, whose log holds `events` events. */
export async function replayFixture(events: number, over: Partial<Endpoint> = {}) {
  const delivering = await deliveryFixture(over);
  const { ports, endpoints, deliveries, log, scheduled, clock } = delivering;
  log.length = 0;
  const messages = delivering.createMessages(events);
  const steps: number[] = [];
  const replays = memoryReplays();
  const replaying: ReplayPorts = {
    endpoints,
    deliveries,
    replays,
    events: memoryEvents(log),
    queue: ports.queue,
    replayQueue: {
      async send(_, delaySeconds) {
        steps.push(delaySeconds);
      },
    },
    suspended: ports.suspended,
    now: clock.now,
  };
  return {
    ...delivering,
    ...{ replaying, replays, messages, steps },
    /** Runs a replay to its end. Returns the messages that it sent. */
    async replay(over: Partial<Replay & ReplayRange> = {}): Promise<readonly DeliveryMessage[]> {
      const replay = aReplay(over);
      const before = scheduled.length;
      await replays.save(replay);
      while ((await runReplayStep(replaying, replay)) === "running");
      return scheduled.slice(before).map(({ message }) => message);
    },
    progress: () => replays.get(anEndpoint().endpoint_id, "rpl_1"),
  };
}
