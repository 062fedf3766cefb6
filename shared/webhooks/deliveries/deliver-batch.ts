import { ActivityError } from "#shared/errors.ts";
import { disable } from "#shared/webhooks/endpoints/disable-endpoint.ts";
import type { Endpoint, ImposedReason } from "#shared/webhooks/endpoints/endpoint.ts";
import { openHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { divideMessages, moveToSlowLane } from "#shared/webhooks/limits/slow-lane.ts";
import type { Target } from "./attempt-delivery.ts";
import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-ports.ts";
import { giveUp, waitForSlot } from "./reschedule.ts";
import { takeTurn } from "./turn.ts";

/** A rejected one is trouble of the system: its message must come again. */
type Result = PromiseSettledResult<Outcome>;

export type Delivered = {
  /** In the order of the messages. */
  readonly results: readonly Result[];
  /** Endpoints that were disabled on the way. */
  readonly disabled: readonly Disabled[];
  /** Ids of the endpoints whose circuit opened. */
  readonly opened: readonly string[];
  /** What kept messages from being delivered, and passes. */
  readonly deferred: readonly { readonly message: DeliveryMessage; readonly reason: unknown }[];
  /** What went wrong after the sends were recorded, which no message has to come again for. */
  readonly troubles: readonly unknown[];
};

export type Disabled = { readonly endpoint: Endpoint; readonly reason: ImposedReason };

/**
 * Delivers messages, to all their endpoints concurrently and to each within the slots that it is given. A message that a
 * fault of the system keeps, which passes, is sent anew with a delay, so that none of its tries are used up.
 */
export async function deliver(world: DeliveryWorld, messages: readonly DeliveryMessage[]): Promise<Delivered> {
  const { results, ...shown } = await deliverByEndpoint(world, messages);
  const deferred: { message: DeliveryMessage; reason: unknown }[] = [];
  const deferOrKeep = async (message: DeliveryMessage): Promise<Result> => {
    const result = results.get(message) ?? lost;
    if (result.status === "fulfilled" || !isPassing(result.reason)) return result;
    const [waiting] = await Promise.allSettled([waitForSlot(world, message, null)]);
    if (waiting.status === "rejected") return result;
    deferred.push({ message, reason: result.reason });
    return waiting.value === "parked" ? { status: "fulfilled", value: "deferred" } : waiting;
  };
  return { ...shown, results: await Promise.all(messages.map(deferOrKeep)), deferred };
}

function isPassing(reason: unknown): boolean {
  return reason instanceof ActivityError && reason.code === "unavailable";
}

async function deliverByEndpoint(world: DeliveryWorld, messages: readonly DeliveryMessage[]) {
  const results = new Map<DeliveryMessage, Result>();
  const { slow, busy, others } = divideMessages(world, messages);
  const moveSlow = async () => {
    const [moved] = await Promise.allSettled([moveToSlowLane(world, slow)]);
    for (const message of slow) results.set(message, moved);
  };
  const postpone = async (message: DeliveryMessage) => {
    const [waiting] = await Promise.allSettled([waitForSlot(world, message, null)]);
    results.set(message, waiting);
  };
  const disabled: Disabled[] = [];
  const opened: string[] = [];
  const troubles: unknown[] = [];
  const groups = Map.groupBy(others, ({ org_id, endpoint_id }) => `${org_id} ${endpoint_id}`);
  const deliverGroup = async (group: readonly DeliveryMessage[]) => {
    try {
      const ended = await deliverToOne(world, group, (message, result) => results.set(message, result));
      if (ended.disabled !== null) disabled.push(ended.disabled);
      if (ended.opened !== null) opened.push(ended.opened);
    } catch (reason) {
      const left = group.filter((message) => !results.has(message));
      for (const message of left) results.set(message, { status: "rejected", reason });
      if (left.length === 0) troubles.push(reason);
    }
  };
  await Promise.all([moveSlow(), ...busy.map(postpone), ...[...groups.values()].map(deliverGroup)]);
  return { disabled, opened, troubles, results };
}

const lost: Result = { status: "rejected", reason: new Error("The message was not dealt with.") };

/** What became of an endpoint: it was disabled, or its circuit opened. */
type GroupEnd = { readonly disabled: Disabled | null; readonly opened: string | null };

const asBefore: GroupEnd = { disabled: null, opened: null };

/** Delivers messages of one endpoint, each reported as it is done. */
async function deliverToOne(
  world: DeliveryWorld,
  group: readonly DeliveryMessage[],
  report: (message: DeliveryMessage, result: Result) => void,
): Promise<GroupEnd> {
  const [first] = group;
  if (first === undefined) return asBefore;
  const begun = world.now().getTime();
  const [endpoint, suspended] = await Promise.all([
    world.endpoints.get(first.org_id, first.endpoint_id),
    world.suspended.current(),
  ]);
  const settle = async (message: DeliveryMessage, work: Promise<Outcome>) => {
    const [result] = await Promise.allSettled([work]);
    report(message, result);
  };
  const isSuspended = suspended.has(first.org_id);
  // A test is what its owner tries before he enables the endpoint again.
  const isWanted = ({ event }: DeliveryMessage) =>
    endpoint !== null && !isSuspended && (endpoint.disabled === null || event === null);
  const reason = endpoint === null ? "endpoint_deleted" : isSuspended ? "org_suspended" : "endpoint_disabled";
  const unwanted = group.filter((message) => !isWanted(message));
  await Promise.all(unwanted.map((message) => settle(message, giveUp(world, message, reason))));
  const wanted = group.filter(isWanted);
  if (endpoint === null || wanted.length === 0) return asBefore;

  const target = await targetOf(world, endpoint);
  const turn = { world, endpoint, target, begun, settle };
  const [urgent, regular] = [wanted.filter((message) => message.urgent), wanted.filter((message) => !message.urgent)];
  // Both end before either's trouble is told: what is still being sent must not come again for it.
  const turns = await Promise.allSettled([takeTurn(turn, urgent, true), takeTurn(turn, regular, false)]);
  const ends = turns.map((ended) => {
    if (ended.status === "rejected") throw ended.reason;
    return ended.value;
  });
  const opened = ends.some((end) => end.opened) ? endpoint.endpoint_id : null;
  const verdict = ends.find((end) => end.verdict !== null)?.verdict ?? null;
  if (verdict === null || endpoint.disabled !== null) return { disabled: null, opened };
  const isDisabled = await disable(world, endpoint, verdict);
  return { disabled: isDisabled ? { endpoint, reason: verdict } : null, opened };
}

async function targetOf({ box, now }: DeliveryWorld, endpoint: Endpoint): Promise<Target> {
  const at = now().toISOString();
  const signing = endpoint.secrets.filter(({ expires_at }) => expires_at === null || expires_at > at);
  const [headers, ...secrets] = await Promise.all([
    openHeaders(box, endpoint),
    ...signing.map(({ sealed }) => box.open(sealed, endpoint)),
  ]);
  return { url: endpoint.url, secrets, headers };
}
