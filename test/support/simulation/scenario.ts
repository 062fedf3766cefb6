import { Random } from "#infra/local/demo/random.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { eventIdFromTime } from "#shared/events/event-id.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { subscribesToEvent } from "#shared/webhooks/event-types/event-type-filter.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import { anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { VirtualClock } from "./clock.ts";
import { type SimulatedFaults, SimulatedPlatform } from "./platform.ts";
import { hours, minutes, receiverKinds, SimulatedReceiver } from "./receivers.ts";

const startTime = testNow.getTime();
const committedWithin = 1 * hours;
const deletionAfter = 30 * minutes;
const endTime = startTime + 80 * hours;

/** Filters of the endpoints, one after another. Together they match every event several times. */
const filters = [["*"], ["invoice.*"], ["*.voided"], ["bill.paid", "invoice.paid"], ["payment.*", "*.sent"]];

const verbs = ["CREATED", "UPDATED", "SENT", "PAID", "VOIDED"];
const types = ["INVOICE", "BILL", "PAYMENT", "ESTIMATE"] as const;

function anEventAt(at: number, n: number, random: () => number): ActivityEvent {
  const pick = <T>(values: readonly T[], fallback: T) => values[Math.floor(random() * values.length)] ?? fallback;
  const time = new Date(at).toISOString();
  const entity_type = pick(types, "INVOICE");
  return anEvent({
    event_id: eventIdFromTime(time, `event ${n}`),
    entity_type,
    action: `${entity_type}_${pick(verbs, "SENT")}`,
    entity_id: `doc_${n % 500}`,
    occurred_at: time,
    recorded_at: time,
  });
}

export type SimulatedSubscription = (typeof receiverKinds)[number] & {
  readonly endpoint: Endpoint;
  readonly receiver: SimulatedReceiver;
};

/** Runs the scenario until 80 hours after its start. The same seed gives the same run. */
export async function runScenario(seed: number, eventCount: number, faults: SimulatedFaults) {
  const generator = new Random(seed);
  const random = () => generator.next();
  const clock = new VirtualClock(testNow);
  const platform = new SimulatedPlatform(clock, random, faults);
  const subscriptions: SimulatedSubscription[] = [];
  for (const [at, kind] of receiverKinds.entries()) {
    const endpoint = anEndpoint({
      endpoint_id: `wh_${String(at).padStart(32, "0")}`,
      url: `https://receiver-${at}.example.com/`,
      events: filters[at % filters.length] ?? [],
      description: kind.name,
      secrets: [{ sealed: `secret ${at}`, expires_at: null }],
      created_at: testNow.toISOString(),
    });
    const secret = formatSigningSecret(new Uint8Array(32).fill(at + 1));
    const receiver = new SimulatedReceiver(kind.behaviour, secret, clock, random);
    await platform.subscribe(endpoint, secret, receiver, anEvent());
    subscriptions.push({ ...kind, endpoint, receiver });
  }

  const events: ActivityEvent[] = [];
  for (let n = 0; n < eventCount; ) {
    const at = startTime + Math.floor((n / eventCount) * committedWithin);
    const size = Math.min(1 + Math.floor(random() * 20), eventCount - n);
    const batch = Array.from({ length: size }, (_, k) => anEventAt(at, n + k, random));
    n += size;
    events.push(...batch);
    clock.schedule(at, () => platform.commit(batch));
  }
  const deleted = subscriptions.find(({ name }) => name.startsWith("deleted"));
  clock.schedule(startTime + deletionAfter, () => {
    if (deleted !== undefined) void platform.endpoints.remove(deleted.endpoint, anEvent());
  });
  platform.runSchedule(endTime);
  await clock.run();
  return { platform, subscriptions, events, clock };
}

export type ScenarioRun = Awaited<ReturnType<typeof runScenario>>;

/** Returns the events that a subscription must get: those of its types, until it was deleted. */
export function expectedEvents(
  { events }: ScenarioRun,
  { name, endpoint }: SimulatedSubscription,
): readonly ActivityEvent[] {
  const until = name.startsWith("deleted") ? startTime + deletionAfter : endTime;
  return events.filter((event) => subscribesToEvent(endpoint, event) && Date.parse(event.recorded_at) < until);
}

/** Longer than the fan-out takes to see an event after crashes. */
const latestFanOutMs = 60_000;

/** Whether an event was committed so shortly before the endpoint was deleted that the fan-out may not have known it any more. */
export function isAroundDeletion({ name }: SimulatedSubscription, { recorded_at }: ActivityEvent): boolean {
  return name.startsWith("deleted") && Date.parse(recorded_at) > startTime + deletionAfter - latestFanOutMs;
}

/** Makes a receiver healthy, enables its endpoint again, and replays the missed events. */
export async function recoverAndReplay(
  { platform, clock }: ScenarioRun,
  { endpoint, receiver }: SimulatedSubscription,
): Promise<void> {
  receiver.behaviour = receiverKinds[0]?.behaviour ?? receiver.behaviour;
  const stored = await platform.endpoints.get(endpoint.org_id, endpoint.endpoint_id);
  if (stored === null) throw new Error("The endpoint is gone.");
  await platform.endpoints.update(stored, { ...stored, disabled: null }, anEvent());
  const health = await platform.health.get(endpoint.endpoint_id);
  await platform.health.update(endpoint.endpoint_id, health, initialHealth);
  const at = clock.now().toISOString();
  await platform.replay({
    replay_id: "rpl_1",
    org_id: endpoint.org_id,
    endpoint_id: endpoint.endpoint_id,
    since: testNow.toISOString(),
    until: at,
    events: null,
    only: "failed",
    status: "running",
    examined: 0,
    sent: 0,
    cursor: null,
    created_at: at,
    updated_at: at,
  });
  platform.runSchedule(clock.now().getTime() + hours);
  await clock.run();
}
