import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { anEvent } from "#test/support/builders.ts";
import { deliveryFixture, respondWith } from "./delivery-ports.ts";

export type World = Awaited<ReturnType<typeof deliveryFixture>>;

/** Creates a delivery fixture whose receiver responds so. */
export async function whereAnswers(over: Partial<SendResult>, endpoint: Partial<Endpoint> = {}): Promise<World> {
  const fixture = await deliveryFixture(endpoint);
  fixture.receiver.answer = respondWith(over);
  return fixture;
}

/** Somebody changes the endpoint. */
export async function change({ endpoints, storedEndpoint }: World, over: Partial<Endpoint>): Promise<void> {
  const before = await storedEndpoint();
  if (before === null) throw new Error("The endpoint is gone.");
  await endpoints.update(before, { ...before, ...over }, anEvent());
}
