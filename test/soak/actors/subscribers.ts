import * as z from "zod";
import type { Choices } from "#test/soak/faults/choices.ts";
import { pauseBeforeRetry, type SoakOrg, type SoakStack } from "#test/soak/stack.ts";
import { drawEvent } from "./events.ts";
import { receiverBehaviours, SoakReceiver } from "./receivers.ts";

/** An organisation's endpoint and the receiver behind it. */
export type SoakSubscriber = {
  readonly org: SoakOrg;
  readonly receiver: SoakReceiver;
  /** URL of the endpoint in the API. */
  readonly endpoint: string;
  /** Calls the API as the organisation. Throws if the response is not 2xx. */
  request(method: string, url: string, body?: unknown): Promise<Response>;
};

const createdSchema = z.object({ endpoint: z.object({ endpoint_id: z.string(), secret: z.string() }) });

/** Creates a receiver of each behaviour, and an endpoint for it in another organisation. */
export async function subscribeAll(stack: SoakStack, choices: Choices): Promise<SoakSubscriber[]> {
  const subscribers: SoakSubscriber[] = [];
  for (const [at, [name, behaviour]] of Object.entries(receiverBehaviours).entries()) {
    const org = stack.orgs[at];
    if (org === undefined)
      throw new Error("More receivers than organisations: add organisations to test/soak/stack.ts.");
    const receiver = new SoakReceiver(behaviour, choices(`${name} receiver`));
    const url = await receiver.open();
    const endpoints = `${stack.api}/api/public/v1/webhooks/endpoints`;
    const response = await requestAs(org, "POST", endpoints, { url, events: ["*"] });
    const { endpoint_id, secret } = createdSchema.parse(await response.json()).endpoint;
    receiver.addSecret(secret);
    const request = (method: string, url: string, body?: unknown) => requestAs(org, method, url, body);
    subscribers.push({ org, receiver, endpoint: `${endpoints}/${endpoint_id}`, request });
  }
  return subscribers;
}

/** Writes events until each receiver has got one. All endpoints are active then. */
export async function untilAllReceived(
  subscribers: readonly SoakSubscriber[],
  choices: Choices,
  write: (event: ReturnType<typeof drawEvent>) => Promise<void>,
): Promise<void> {
  const random = choices("probes");
  const hasReceivedNothing = ({ receiver }: SoakSubscriber) => receiver.received.size === 0;
  for (
    let waiting = subscribers.filter(hasReceivedNothing);
    waiting.length > 0;
    waiting = subscribers.filter(hasReceivedNothing)
  ) {
    for (const { org } of waiting) await write(drawEvent(random, org.org_id));
    await pauseBeforeRetry();
  }
}

async function requestAs(org: SoakOrg, method: string, url: string, body?: unknown): Promise<Response> {
  const headers = {
    authorization: `Bearer ${org.token}`,
    "x-aibooks-org": org.org_id,
    "content-type": "application/json",
  };
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${url} responded ${response.status}: ${await response.text()}`);
  return response;
}
