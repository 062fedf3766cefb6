import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { anEvent } from "./builders.ts";
import { answering, deliveryFixture } from "./delivery-ports.ts";

export type World = Awaited<ReturnType<typeof deliveryFixture>>;

/** A world to deliver in whose receiver answers so. */
export async function whereAnswers(over: Partial<SendResult>, endpoint: Partial<Endpoint> = {}): Promise<World> {
  const world = await deliveryFixture(endpoint);
  world.receiver.answer = answering(over);
  return world;
}

/** Somebody changes the endpoint. */
export async function change({ endpoints, standing }: World, over: Partial<Endpoint>): Promise<void> {
  const before = await standing();
  if (before === null) throw new Error("The endpoint is gone.");
  await endpoints.update(before, { ...before, ...over }, anEvent());
}
