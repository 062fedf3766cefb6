import { once } from "node:events";
import { Agent, request } from "node:https";
import { Worker } from "node:worker_threads";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { createSender } from "#shared/webhooks/sending/send.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { compareFigures, type Measure } from "#test/bench/measure.ts";
import { createCertificates, trustAuthority } from "#test/support/webhooks/certificates.ts";

/** Sends of one sample, and how many are under way at a time. */
const sends = 500;
const concurrency = 10;

const budget = 0.6;

/** About what an event with its changes and metadata takes. */
const body = JSON.stringify({ event_type: "invoice.sent", delivery_id: "dlv_1", data: { note: "x".repeat(520) } });

/**
 * The delivery engine (address checked, both signatures, answer read and bounded) against a bare loop of POSTs over
 * kept connections, with the same receiver and the same concurrency.
 */
export async function measureSending(): Promise<Measure[]> {
  const { authority, valid } = await createCertificates();
  trustAuthority(authority);
  const sink = new Worker(new URL("./sink.ts", import.meta.url), { workerData: valid });
  const [address] = await once(sink, "message");
  const url = `https://localhost:${address.port}/hook`;
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const send = createSender({ ownHosts: [], allowLoopback: true });
  const secrets = [formatSigningSecret(new Uint8Array(32).fill(7))];
  const headers = () =>
    signedHeaders({ deliveryId: "dlv_1", eventType: "invoice.sent", body, secrets, now: new Date() });

  const [time] = await compareFigures({
    name: "sends a second through the delivery engine against a bare loop of POSTs, ten concurrently",
    budgets: { p50: 1 / budget },
    samples: 40,
    warmup: 6,
    baseline: () => timed(() => barePost(url, agent)),
    ours: () =>
      timed(async () => {
        const { status, message } = await send(url, headers(), body);
        if (status !== 204) throw new Error(`The receiver answers ${status ?? message}.`);
      }),
  });
  agent.destroy();
  await sink.terminate();
  if (time === undefined) return [];
  const rate = 1 / time.value;
  const perSecond = Math.round((sends / time.baseline) * 1_000);
  return [
    { ...time, value: rate, budget, passes: rate >= budget, notes: [...time.notes, `bare: ${perSecond} a second`] },
  ];
}

/** Milliseconds that all sends of a sample take. */
async function timed(send: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let left = sends;
  const worker = async () => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return performance.now() - started;
}

function barePost(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const post = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume().on("end", resolve);
    });
    post.on("error", reject).end(body);
  });
}
