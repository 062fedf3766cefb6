import * as z from "zod";
import type { Choices } from "./choices.ts";
import { drawEvent } from "./events.ts";
import { manners, Receiver } from "./receivers.ts";
import { beforeNextTry, type Org, type SoakStack } from "./stack.ts";

/** An organisation's endpoint and the receiver behind it. */
export interface Subscriber {
  readonly org: Org;
  readonly receiver: Receiver;
  /** Address of the endpoint in the API. */
  readonly endpoint: string;
  /** Asks the API as the organisation. Throws where the answer is no success. */
  ask(method: string, url: string, body?: unknown): Promise<Response>;
}

const Created = z.object({ endpoint: z.object({ endpoint_id: z.string(), secret: z.string() }) });

/** Subscribes a receiver of each manner, each for an organisation of its own. */
export async function subscribeAll(stack: SoakStack, choices: Choices): Promise<Subscriber[]> {
  const subscribers: Subscriber[] = [];
  for (const [at, [name, manner]] of Object.entries(manners).entries()) {
    const org = stack.orgs[at];
    if (org === undefined) throw new Error("There are more receivers than organisations.");
    const receiver = new Receiver(manner, choices(`${name} receiver`));
    const url = await receiver.open();
    const endpoints = `${stack.api}/api/public/v1/webhooks/endpoints`;
    const answer = await ask(org, "POST", endpoints, { url, events: ["*"] });
    const { endpoint_id, secret } = Created.parse(await answer.json()).endpoint;
    receiver.learn(secret);
    const askAsOrg = (method: string, url: string, body?: unknown) => ask(org, method, url, body);
    subscribers.push({ org, receiver, endpoint: `${endpoints}/${endpoint_id}`, ask: askAsOrg });
  }
  return subscribers;
}

/** Writes probes until one has arrived at each receiver: from then on the endpoints count. Answers the probes. */
export async function untilTold(
  subscribers: readonly Subscriber[],
  choices: Choices,
  write: (event: ReturnType<typeof drawEvent>) => Promise<void>,
): Promise<void> {
  const random = choices("probes");
  const isUntold = ({ receiver }: Subscriber) => receiver.told.size === 0;
  for (let untold = subscribers.filter(isUntold); untold.length > 0; untold = subscribers.filter(isUntold)) {
    for (const { org } of untold) await write(drawEvent(random, org.org_id));
    await beforeNextTry();
  }
}

async function ask(org: Org, method: string, url: string, body?: unknown): Promise<Response> {
  const headers = {
    authorization: `Bearer ${org.token}`,
    "x-aibooks-org": org.org_id,
    "content-type": "application/json",
  };
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${await response.text()}`);
  return response;
}
