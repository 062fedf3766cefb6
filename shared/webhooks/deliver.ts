import { attempt, type Step, type Target } from "./attempt-delivery.ts";
import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-world.ts";
import { disable } from "./disable.ts";
import type { Endpoint } from "./endpoint.ts";
import { giveUp, waitForCircuit, waitForSlot } from "./park.ts";
import { giveBackSlots, takeSlots } from "./slots.ts";

/** After this no further send is begun: one that hangs must still fit into the function's time. */
const beginsWithinMs = 8_000;

/** A rejected one is trouble of the system: its message must come again. */
type Result = PromiseSettledResult<Outcome>;

export type Delivered = {
  /** In the order of the messages. */
  readonly results: readonly Result[];
  /** Endpoints that were disabled on the way. */
  readonly disabled: readonly Disabled[];
};

export type Disabled = { readonly endpoint: Endpoint; readonly reason: "gone" | "failing" };

type Sent = NonNullable<Step["sent"]>;

/** Delivers messages, to all their endpoints at once and to each within the slots that it is given. */
export async function deliver(world: DeliveryWorld, messages: readonly DeliveryMessage[]): Promise<Delivered> {
  const results = new Map<DeliveryMessage, Result>();
  const disabled: Disabled[] = [];
  const groups = Map.groupBy(messages, ({ org_id, endpoint_id }) => `${org_id} ${endpoint_id}`);
  const deliverGroup = async (group: readonly DeliveryMessage[]) => {
    try {
      const ended = await deliverToOne(world, group, (message, result) => results.set(message, result));
      if (ended !== null) disabled.push(ended);
    } catch (reason) {
      for (const message of group) if (!results.has(message)) results.set(message, { status: "rejected", reason });
    }
  };
  await Promise.all([...groups.values()].map(deliverGroup));
  return { disabled, results: messages.map((message) => results.get(message) ?? lost) };
}

const lost: Result = { status: "rejected", reason: new Error("The message was not dealt with.") };

/** Delivers messages of one endpoint, each reported as it is done. Answers the endpoint if it was disabled by them. */
async function deliverToOne(
  world: DeliveryWorld,
  group: readonly DeliveryMessage[],
  report: (message: DeliveryMessage, result: Result) => void,
): Promise<Disabled | null> {
  const [first] = group;
  if (first === undefined) return null;
  const endpoint = await world.endpoints.get(first.org_id, first.endpoint_id);
  const settle = async (message: DeliveryMessage, work: Promise<Outcome>) => {
    const [result] = await Promise.allSettled([work]);
    report(message, result);
  };
  if (endpoint === null) {
    await Promise.all(group.map((message) => settle(message, giveUp(world, message, "endpoint_deleted"))));
    return null;
  }

  // A test is what its owner tries before he enables the endpoint again.
  const isUnwanted = ({ event }: DeliveryMessage) => endpoint.disabled !== null && event !== null;
  const unwanted = group.filter(isUnwanted);
  const urgent = group.filter((message) => message.urgent && !isUnwanted(message));
  const regular = group.filter((message) => !message.urgent && !isUnwanted(message));

  const target = await targetOf(world, endpoint);
  const sent: Sent[] = [];
  const send = async (message: DeliveryMessage) => {
    const step = await attempt(world, target, message);
    if (step.sent !== null) sent.push(step.sent);
    return step.outcome;
  };
  const { endpoint_id } = endpoint;
  const lease = world.newId();
  const { slots, waitUntil } =
    regular.length === 0 ? { slots: 0, waitUntil: null } : await takeSlots(world, endpoint_id, regular.length, lease);
  const begun = world.now().getTime();
  const isTooLate = () => world.now().getTime() - begun > beginsWithinMs;
  const work = async () => {
    for (let message = regular.shift(); message !== undefined; message = regular.shift()) {
      await settle(message, isTooLate() ? waitForSlot(world, message) : send(message));
    }
  };
  await Promise.all([
    ...unwanted.map((message) => settle(message, giveUp(world, message, "endpoint_disabled"))),
    ...urgent.map((message) => settle(message, send(message))),
    ...Array.from({ length: slots }, work),
  ]);
  const wait = (message: DeliveryMessage) =>
    waitUntil === null ? waitForSlot(world, message) : waitForCircuit(world, message, waitUntil);
  await Promise.all(regular.map((message) => settle(message, wait(message))));

  if (slots === 0 && sent.length === 0) return null;
  const hasFailedForLong = await giveBackSlots(world, endpoint_id, lease, sent);
  const reason = sent.some(({ gone }) => gone) ? "gone" : hasFailedForLong ? "failing" : null;
  if (reason === null || endpoint.disabled !== null) return null;
  return (await disable(world, endpoint, reason)) ? { endpoint, reason } : null;
}

async function targetOf({ box, now }: DeliveryWorld, endpoint: Endpoint): Promise<Target> {
  const at = now().toISOString();
  const signing = endpoint.secrets.filter(({ expires_at }) => expires_at === null || expires_at > at);
  const secrets = await Promise.all(signing.map(({ sealed }) => box.open(sealed, endpoint)));
  return { url: endpoint.url, secrets };
}
