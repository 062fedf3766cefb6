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

/** The product promises five seconds. */
const noticedWithinMs = 5_000;

const bars = { firstAttemptMs: 1_000, isolation: 1.5 };

/**
 * From an event's commit to its first attempt at the receiver, through the running stack; and the same of healthy
 * endpoints while one in ten hangs, against all healthy.
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
    await bench.run({ hanging: true, seconds });
    const healthy: number[] = [];
    const beside: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      step(`Telling subscribers: all healthy, then one in ten hangs (${round} of ${rounds})`);
      healthy.push(...(await bench.run({ hanging: false, seconds })));
      beside.push(...(await bench.run({ hanging: true, seconds })));
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
    const isolation = quantile(beside, 0.99) / p99;
    return [
      latency("p50", p50),
      latency("p99", p99),
      {
        ...line,
        name: "healthy endpoints while one in ten hangs, against all healthy, p99",
        value: isolation,
        bar: bars.isolation,
        holds: isolation <= bars.isolation,
        baseline: p99,
        unit: "ratio",
      },
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
  #hangs = 0;

  constructor(stack: LocalStack) {
    this.#stack = stack;
  }

  /** One receiver that answers, and one that never does. */
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
      this.#hangs += 1;
    };
    for (const listener of [answer, hang]) {
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
  async run({ hanging, seconds }: { hanging: boolean; seconds: number }): Promise<number[]> {
    this.#runs += 1;
    this.#latencies.length = 0;
    this.#told.clear();
    const orgs = await Promise.all(
      Array.from({ length: endpointCount }, (_, at) => this.#subscribe(`org_${this.#runs}_${at}`, hanging && at === 0)),
    );
    const client = new DynamoDBClient({ ...account, endpoint: this.#stack.endpoints.dynamodb });
    const store = eventStore(client, this.#stack.tables.events ?? "");
    const tell = async (endpoint: number, entity_id: string) => {
      const input = {
        org_id: orgs[endpoint] ?? "",
        action: "INVOICE_SENT",
        entity_type: "INVOICE" as const,
        entity_id,
        occurred_at: new Date().toISOString(),
      };
      await store.put(readEvent(input, { now: new Date(), entropy: entity_id }).event);
      if (!hanging || endpoint > 0) this.#told.set(entity_id, performance.now());
    };
    // Endpoints take effect within seconds of their creation: what comes before is not for them.
    await sleep(noticedWithinMs);
    const started = performance.now();
    for (let n = 0; n < perSecond * seconds; n++) {
      await sleep(Math.max(0, started + (n / perSecond) * 1_000 - performance.now()));
      await tell(n % endpointCount, `inv_${this.#runs}_${n}`);
    }
    const patience = performance.now() + 60_000;
    while (this.#told.size > 0 && performance.now() < patience) await sleep(50);
    if (this.#told.size > 0) throw new Error(`${this.#told.size} events did not arrive within a minute.`);
    client.destroy();
    if (hanging && this.#hangs === 0) throw new Error("Nothing was sent to the endpoint that hangs.");
    this.#hangs = 0;
    return [...this.#latencies];
  }

  async #subscribe(org_id: string, hangs: boolean): Promise<string> {
    const lambda = new LambdaClient({ ...account, endpoint: this.#stack.endpoints.lambda });
    const administer = async (request: object): Promise<unknown> => {
      const FunctionName = this.#stack.functions.access ?? "";
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
      return JSON.parse(Payload?.transformToString() ?? "{}");
    };
    await administer({ action: "org.create", org_id });
    const issued = await administer({ action: "token.create", org_ids: [org_id], scopes: ["AIBooks.webhooks.MANAGE"] });
    const { secret } = z.object({ secret: z.string() }).parse(issued);
    const address = this.#servers[hangs ? 1 : 0]?.address();
    if (typeof address !== "object" || address === null) throw new Error("The receiver does not listen.");
    const response = await fetch(`${this.#stack.api}/api/public/v1/webhooks/endpoints`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ url: `http://127.0.0.1:${address.port}/`, events: ["*"] }),
    });
    if (response.status !== 201) throw new Error(`No endpoint was made: ${await response.text()}`);
    lambda.destroy();
    return org_id;
  }
}

const account = { region: "us-east-1", credentials: { accessKeyId: "bench", secretAccessKey: "bench" } };
