import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { anEvent } from "./builders.ts";
import { aDeliveryWorld, answering } from "./delivery-ports.ts";

export type World = Awaited<ReturnType<typeof aDeliveryWorld>>;

/** A world to deliver in whose receiver answers so. */
export async function whereAnswers(over: Partial<Exchange>, endpoint: Partial<Endpoint> = {}): Promise<World> {
  const world = await aDeliveryWorld(endpoint);
  world.receiver.answer = answering(over);
  return world;
}

/** Somebody changes the endpoint. */
export async function change({ endpoints, standing }: World, over: Partial<Endpoint>): Promise<void> {
  const before = await standing();
  if (before === null) throw new Error("The endpoint is gone.");
  await endpoints.update(before, { ...before, ...over }, anEvent());
}
