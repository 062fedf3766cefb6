import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import { type LocalRuntime, startLocalRuntime } from "#infra/local/runtime.ts";
import { synthesize } from "#infra/local/synthesize.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import type { Measure } from "#test/bench/measure.ts";
import { quantile } from "#test/bench/measure.ts";

/** Organisations with one endpoint each. Events are sent to them in rotation, at a rate that two cores can handle. */
const endpointCount = 10;
const perSecond = 25;
const seconds = 20;
const rounds = 3;

/** Endpoints of another organisation, which succeed immediately or after a delay. */
const otherEndpoints = 30;
const slowAfterMs = 12_000;
/** Seconds between its events, each of which is sent to all its endpoints. */
const otherEventEach = 2;

/** The product promises five seconds. */
const noticedWithinMs = 5_000;

const budgets = { firstAttemptMs: 1_000, isolation: 1.5 };

/** Disturbance of the healthy endpoints: none, one in ten hangs, or another organisation has quick or slow ones. */
const disturbances = ["nothing", "hanging", "quick", "slow"] as const;
type Beside = (typeof disturbances)[number];

const receivers = ["answers", "hangs", "is late"] as const;
type Receiver = (typeof receivers)[number];

/** A range of event numbers, without its end. */
type Range = { readonly from: number; readonly to: number };

/** Milliseconds from commit to first attempt: for the first event of each endpoint, and for all later ones. */
type Latencies = { readonly first: readonly number[]; readonly later: readonly number[] };

/**
 * Measures the time from the commit of an event to its first attempt through the running stack, and compares healthy
 * endpoints while one in ten hangs, and while 30 of another organisation are slow.
 */
export async function measureWebhookLatency(step: (text: string) => void): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  const assembly = join(folder, "cdk.out");
  await synthesize({ project: resolve(import.meta.dirname, "../../.."), assembly, environment: env });
  const stack = await startLocalRuntime({
    ...activityLog(join(folder, "anchors")),
    assembly,
    logs: join(folder, "logs"),
  });
  const bench = new WebhookLatencyBench(stack);
  try {
    await bench.open();
    step("Measuring webhook latency: warming up");
    // With hanging endpoints, so that the environments that they occupy exist.
    await bench.run("hanging");
    const runs: Record<Beside, Latencies[]> = { nothing: [], hanging: [], quick: [], slow: [] };
    for (let round = 1; round <= rounds; round++) {
      step(
        `Measuring webhook latency: all healthy, one in ten hangs, another organisation quick, slow (${round} of ${rounds})`,
      );
      for (const beside of disturbances) runs[beside].push(await bench.run(beside));
    }
    return measuresOf(runs);
  } finally {
    await bench.close();
    await stack.stop();
  }
}

function measuresOf(runs: Readonly<Record<Beside, readonly Latencies[]>>): Measure[] {
  const later = (beside: Beside) => runs[beside].flatMap((run) => run.later);
  const first = (beside: Beside) => runs[beside].flatMap((run) => run.first);
  const latency = (label: string, values: readonly number[], share: number): Measure => {
    const value = quantile(values, share);
    const passes = value <= budgets.firstAttemptMs;
    const name = `from commit to first attempt, ${label}, p${100 * share}`;
    const line = { name, value: Math.round(value), budget: budgets.firstAttemptMs, passes, baseline: Number.NaN };
    return { ...line, samples: values.length, unit: "ms", notes: [] };
  };
  const isolation = (what: string, beside: Beside, than: Beside): Measure => {
    const baseline = quantile(later(than), 0.99);
    const value = quantile(later(beside), 0.99) / baseline;
    const line = { name: `healthy endpoints while ${what}, p99`, value, budget: budgets.isolation, baseline };
    return { ...line, passes: value <= budgets.isolation, samples: later(beside).length, unit: "ratio", notes: [] };
  };
  const [hanging, slow] = ["one in ten hangs", "30 endpoints of another organisation respond after 12 s"];
  return [
    latency("all healthy", later("nothing"), 0.5),
    latency("all healthy", later("nothing"), 0.99),
    isolation(`${hanging}, against all healthy`, "hanging", "nothing"),
    isolation(`${slow}, against the same endpoints when healthy`, "slow", "quick"),
    latency("first event of an endpoint", first("nothing"), 0.99),
    latency(`first event of an endpoint while ${hanging}`, first("hanging"), 0.99),
    latency(`first event of an endpoint while ${slow}`, first("slow"), 0.99),
  ];
}

/** A stack under load, and the receivers of its endpoints. */
class WebhookLatencyBench {
  readonly #stack: LocalRuntime;
  readonly #servers: Server[] = [];
  /** Commit time of each event that has not arrived yet. */
  readonly #pending = new Map<string, number>();
  readonly #latencies: number[] = [];
  #runs = 0;
  /** Requests to receivers that hang or are slow. */
  #disturbed = 0;

  constructor(stack: LocalRuntime) {
    this.#stack = stack;
  }

  /** Starts three receivers: one responds, one never does, and one is slow. */
  async open(): Promise<void> {
    const answer: RequestListener = async (request, response) => {
      const text = Buffer.concat(await request.toArray()).toString();
      const arrived = performance.now();
      response.writeHead(204).end();
      const { data } = z.object({ data: z.object({ entity_id: z.string() }) }).parse(JSON.parse(text));
      const committed = this.#pending.get(data.entity_id);
      if (committed !== undefined) this.#latencies.push(arrived - committed);
      this.#pending.delete(data.entity_id);
    };
    const hang: RequestListener = async (request) => {
      await request.toArray();
      this.#disturbed += 1;
    };
    const answerLate: RequestListener = async (request, response) => {
      await hang(request, response);
      await sleep(slowAfterMs);
      response.writeHead(200).end();
    };
    for (const listener of [answer, hang, answerLate]) {
      const server = createServer({ keepAliveTimeout: 60_000 }, listener);
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      this.#servers.push(server);
    }
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(this.#servers.map((server) => new Promise((closed) => server.close(closed))));
  }

  /**
   * New endpoints, so that no circuit is open yet. Each gets one event first, since nothing is known of it before; the
   * others are committed when those have arrived.
   */
  async run(beside: Beside): Promise<Latencies> {
    this.#runs += 1;
    this.#pending.clear();
    const names = Array.from({ length: endpointCount }, (_, at) => `org_${this.#runs}_${at}`);
    const orgs = await Promise.all(names.map((org_id) => this.#organisation(org_id)));
    const isHanging = (at: number) => beside === "hanging" && at === 0;
    await Promise.all(orgs.map((org, at) => this.#subscribe(org, isHanging(at) ? "hangs" : "answers")));
    const isOther = beside === "quick" || beside === "slow";
    const other = isOther ? await this.#otherOrganisation(beside === "slow" ? "is late" : "answers") : null;
    // Endpoints take effect within seconds of their creation: what comes before is not for them.
    await sleep(noticedWithinMs);
    const commit = (range: Range) => this.#commitAll(names, beside, other?.org_id ?? null, range);
    const first = await commit({ from: 0, to: endpointCount });
    const later = await commit({ from: endpointCount, to: perSecond * seconds });
    const isDisturbing = beside === "hanging" || beside === "slow";
    if (isDisturbing && this.#disturbed === 0) throw new Error(`Nothing was sent to what is ${beside}.`);
    this.#disturbed = 0;
    await other?.remove();
    return { first, later };
  }

  /**
   * Commits the events of a range at their pace: to the healthy endpoints in turn, and some to the other
   * organisation. Answers how long those took that come to an endpoint which answers.
   */
  async #commitAll(
    names: readonly string[],
    beside: Beside,
    other: string | null,
    { from, to }: Range,
  ): Promise<readonly number[]> {
    const client = new DynamoDBClient({ ...account, endpoint: this.#stack.endpoints.dynamodb });
    const store = createEventStore(client, this.#stack.tables.events ?? "");
    const commit = async (org_id: string, entity_id: string) => {
      const input = {
        org_id,
        action: "INVOICE_SENT",
        entity_type: "INVOICE" as const,
        entity_id,
        occurred_at: new Date().toISOString(),
      };
      await store.put(parseEventValue(input, { now: new Date(), entropy: entity_id }).event);
    };
    const started = performance.now();
    for (let n = from; n < to; n++) {
      await sleep(Math.max(0, started + ((n - from) / perSecond) * 1_000 - performance.now()));
      if (other !== null && n % (otherEventEach * perSecond) === 0) await commit(other, `other_${this.#runs}_${n}`);
      const at = n % endpointCount;
      const entity_id = `inv_${this.#runs}_${n}`;
      await commit(names[at] ?? "", entity_id);
      if (beside !== "hanging" || at > 0) this.#pending.set(entity_id, performance.now());
    }
    client.destroy();
    await this.#allArrived();
    return this.#latencies.splice(0);
  }

  async #allArrived(): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (this.#pending.size > 0 && performance.now() < deadline) await sleep(50);
    if (this.#pending.size > 0) throw new Error(`${this.#pending.size} events did not arrive within a minute.`);
  }

  /** One more organisation. The removal of its endpoints ends what still waits for them. */
  async #otherOrganisation(receiver: Receiver) {
    const org_id = `org_${this.#runs}_other`;
    const secret = await this.#organisation(org_id);
    const ids: string[] = [];
    for (let n = 0; n < otherEndpoints; n++) ids.push(await this.#subscribe(secret, receiver));
    const remove = async () => {
      for (const id of ids) await this.#callApi("DELETE", `/${id}`, secret);
    };
    return { org_id, remove };
  }

  /** A new organisation; answers a token of it. */
  async #organisation(org_id: string): Promise<string> {
    const lambda = new LambdaClient({ ...account, endpoint: this.#stack.endpoints.lambda });
    const administer = async (request: object): Promise<unknown> => {
      const FunctionName = this.#stack.functions.admin ?? "";
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
      return JSON.parse(Payload?.transformToString() ?? "{}");
    };
    await administer({ action: "org.create", org_id });
    const issued = await administer({ action: "token.create", org_ids: [org_id], scopes: ["AIBooks.webhooks.MANAGE"] });
    lambda.destroy();
    return z.object({ secret: z.string() }).parse(issued).secret;
  }

  /** Adds an endpoint for all events; answers its id. */
  async #subscribe(secret: string, receiver: Receiver): Promise<string> {
    const address = this.#servers[receivers.indexOf(receiver)]?.address();
    if (typeof address !== "object" || address === null) throw new Error("The receiver does not listen.");
    // An organisation has one endpoint of a URL.
    const body = { url: `http://127.0.0.1:${address.port}/${randomUUID()}`, events: ["*"] };
    const created = await this.#callApi("POST", "", secret, body);
    const answer = z.object({ endpoint: z.object({ endpoint_id: z.string() }) }).parse(await created.json());
    return answer.endpoint.endpoint_id;
  }

  async #callApi(method: string, path: string, secret: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.#stack.api}/api/public/v1/webhooks/endpoints${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The API refused ${method} of an endpoint: ${await response.text()}`);
    return response;
  }
}

const account = { region: "us-east-1", credentials: { accessKeyId: "bench", secretAccessKey: "bench" } };
