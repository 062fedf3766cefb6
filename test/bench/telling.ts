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
import { type LocalStack, startLocalStack } from "../../infra/local/stack.ts";
import { synthesize } from "../../infra/local/synthesize.ts";
import { readEvent } from "../../shared/events/read-event.ts";
import { eventStore } from "../../shared/store/events.ts";
import type { Measure } from "./measure.ts";
import { quantile } from "./measure.ts";

/** Organisations, each with one endpoint; events go to them in turn, at a pace that leaves two cores room. */
const endpointCount = 10;
const perSecond = 25;
const seconds = 20;
const rounds = 3;

/** Of one more organisation: its endpoints succeed, and take their time. */
const slowEndpoints = 30;
const slowAfterMs = 12_000;
/** Seconds between its events, each of which goes to all of them. */
const slowEventEach = 2;

/** The product promises five seconds. */
const noticedWithinMs = 5_000;

const bars = { firstAttemptMs: 1_000, isolation: 1.5 };

/** What happens beside the healthy endpoints: nothing, one in ten hangs, or another organisation's are slow. */
type Beside = "nothing" | "hanging" | "slow";

/**
 * From an event's commit to its first attempt at the receiver, through the running stack; and the same of healthy
 * endpoints while one in ten hangs, and while 30 of another organisation are slow, against all healthy.
 */
export async function measureTelling(step: (text: string) => void): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  const assembly = join(folder, "cdk.out");
  await synthesize({ project: resolve(import.meta.dirname, "../.."), assembly, environment: env });
  const stack = await startLocalStack({ assembly, logs: join(folder, "logs") });
  const bench = new Telling(stack);
  try {
    await bench.open();
    step("Telling subscribers: warming up");
    // With one that hangs, so that the environments which it will hold are there.
    await bench.run("hanging");
    const healthy: number[] = [];
    const besideHanging: number[] = [];
    const besideSlow: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      step(`Telling subscribers: all healthy, one in ten hangs, another organisation is slow (${round} of ${rounds})`);
      healthy.push(...(await bench.run("nothing")));
      besideHanging.push(...(await bench.run("hanging")));
      besideSlow.push(...(await bench.run("slow")));
    }
    const [p50, p99] = [quantile(healthy, 0.5), quantile(healthy, 0.99)];
    const line = { samples: healthy.length, notes: [] };
    const latency = (label: string, value: number): Measure => ({
      ...line,
      name: `from commit to first attempt, ${label}`,
      value: Math.round(value),
      bar: bars.firstAttemptMs,
      holds: value <= bars.firstAttemptMs,
      baseline: Number.NaN,
      unit: "ms",
    });
    const isolation = (what: string, beside: readonly number[]): Measure => {
      const value = quantile(beside, 0.99) / p99;
      return {
        ...line,
        name: `healthy endpoints while ${what}, against all healthy, p99`,
        value,
        bar: bars.isolation,
        holds: value <= bars.isolation,
        baseline: p99,
        unit: "ratio",
      };
    };
    return [
      latency("p50", p50),
      latency("p99", p99),
      isolation("one in ten hangs", besideHanging),
      isolation("30 endpoints of another organisation answer 200 after 12 s", besideSlow),
    ];
  } finally {
    await bench.close();
    await stack.stop();
  }
}

/** A stack under load, and the receivers of its endpoints. */
class Telling {
  readonly #stack: LocalStack;
  readonly #servers: Server[] = [];
  /** When each event was committed that has not arrived yet. */
  readonly #told = new Map<string, number>();
  readonly #latencies: number[] = [];
  #runs = 0;
  /** Requests to receivers that hang or are slow. */
  #disturbed = 0;

  constructor(stack: LocalStack) {
    this.#stack = stack;
  }

  /** One receiver that answers, one that never does, and one that takes its time. */
  async open(): Promise<void> {
    const answer: RequestListener = async (request, response) => {
      const text = Buffer.concat(await request.toArray()).toString();
      const arrived = performance.now();
      response.writeHead(204).end();
      const { data } = z.object({ data: z.object({ entity_id: z.string() }) }).parse(JSON.parse(text));
      const committed = this.#told.get(data.entity_id);
      if (committed !== undefined) this.#latencies.push(arrived - committed);
      this.#told.delete(data.entity_id);
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
   * New endpoints, so that no circuit is open yet; answers how long each event to an endpoint that answers took, in
   * milliseconds.
   */
  async run(beside: Beside): Promise<number[]> {
    this.#runs += 1;
    this.#latencies.length = 0;
    this.#told.clear();
    const names = Array.from({ length: endpointCount }, (_, at) => `org_${this.#runs}_${at}`);
    const orgs = await Promise.all(names.map((org_id) => this.#organisation(org_id)));
    const servers = orgs.map((_, at) => (beside === "hanging" && at === 0 ? "hangs" : "answers"));
    await Promise.all(orgs.map((org, at) => this.#subscribe(org, servers[at] ?? "answers")));
    const slow = beside === "slow" ? await this.#slowOrganisation() : null;
    // Endpoints take effect within seconds of their creation: what comes before is not for them.
    await sleep(noticedWithinMs);
    await this.#commitAll(names, beside, slow?.org_id ?? null);
    const patience = performance.now() + 60_000;
    while (this.#told.size > 0 && performance.now() < patience) await sleep(50);
    if (this.#told.size > 0) throw new Error(`${this.#told.size} events did not arrive within a minute.`);
    if (beside !== "nothing" && this.#disturbed === 0) throw new Error(`Nothing was sent to what is ${beside}.`);
    this.#disturbed = 0;
    await slow?.remove();
    return [...this.#latencies];
  }

  /** Commits events at their pace: to the healthy endpoints in turn, and some to the slow organisation. */
  async #commitAll(names: readonly string[], beside: Beside, slow: string | null): Promise<void> {
    const client = new DynamoDBClient({ ...account, endpoint: this.#stack.endpoints.dynamodb });
    const store = eventStore(client, this.#stack.tables.events ?? "");
    const commit = async (org_id: string, entity_id: string) => {
      const input = {
        org_id,
        action: "INVOICE_SENT",
        entity_type: "INVOICE" as const,
        entity_id,
        occurred_at: new Date().toISOString(),
      };
      await store.put(readEvent(input, { now: new Date(), entropy: entity_id }).event);
    };
    const started = performance.now();
    for (let n = 0; n < perSecond * seconds; n++) {
      await sleep(Math.max(0, started + (n / perSecond) * 1_000 - performance.now()));
      if (slow !== null && n % (slowEventEach * perSecond) === 0) await commit(slow, `slow_${this.#runs}_${n}`);
      const at = n % endpointCount;
      const entity_id = `inv_${this.#runs}_${n}`;
      await commit(names[at] ?? "", entity_id);
      if (beside !== "hanging" || at > 0) this.#told.set(entity_id, performance.now());
    }
    client.destroy();
  }

  /** One more organisation, all of whose endpoints are slow. Their removal ends what still waits for them. */
  async #slowOrganisation() {
    const org_id = `org_${this.#runs}_slow`;
    const secret = await this.#organisation(org_id);
    const ids: string[] = [];
    for (let n = 0; n < slowEndpoints; n++) ids.push(await this.#subscribe(secret, "is late"));
    const remove = async () => {
      for (const id of ids) await this.#callApi("DELETE", `/${id}`, secret);
    };
    return { org_id, remove };
  }

  /** A new organisation; answers a token of it. */
  async #organisation(org_id: string): Promise<string> {
    const lambda = new LambdaClient({ ...account, endpoint: this.#stack.endpoints.lambda });
    const administer = async (request: object): Promise<unknown> => {
      const FunctionName = this.#stack.functions.access ?? "";
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
      return JSON.parse(Payload?.transformToString() ?? "{}");
    };
    await administer({ action: "org.create", org_id });
    const issued = await administer({ action: "token.create", org_ids: [org_id], scopes: ["AIBooks.webhooks.MANAGE"] });
    lambda.destroy();
    return z.object({ secret: z.string() }).parse(issued).secret;
  }

  /** Adds an endpoint for all events; answers its id. */
  async #subscribe(secret: string, receiver: "answers" | "hangs" | "is late"): Promise<string> {
    const address = this.#servers[["answers", "hangs", "is late"].indexOf(receiver)]?.address();
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
