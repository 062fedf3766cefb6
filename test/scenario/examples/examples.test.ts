import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseEnv } from "node:util";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import * as z from "zod";
import { renderStackEnv } from "#infra/local/demo/stack-env.ts";
import type { AwsServiceCall, FaultInjector } from "#infra/local/fault-injection.ts";
import { createExampleProject, type RunningExample, startExample } from "#test/support/example.ts";
import { findFreePort } from "#test/support/free-port.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const endpointSchema = z.object({ endpoint: z.object({ secret: z.string() }) });
const pageSchema = z.object({ activity: z.array(z.object({ action: z.string(), event_id: z.string() })) });
const draft = {
  number: "INV-1",
  contact_id: "con_1",
  total: "1180.50",
  currency: "EUR",
  due_date: "2026-12-31",
};

/** Loses the response to one transaction of a service. */
class LostResponse implements FaultInjector {
  isNext = false;
  errorFor = () => undefined;
  onInvoke = () => undefined;
  rebatch: FaultInjector["rebatch"] = () => (batch) => [batch];

  dropsResponse({ operation, caller }: AwsServiceCall): boolean {
    const isDropped = this.isNext && operation === "TransactWriteItems" && caller.endsWith("user/operator");
    if (isDropped) this.isNext = false;
    return isDropped;
  }
}

const faults = new LostResponse();
let project: string;
let stack: TestStack;
let tenant: Tenant;
let service: RunningExample;
let partner: RunningExample;
let receiver: RunningExample;
let endpointSecret: string;
let startReceiver: () => Promise<RunningExample>;
let startPartner: (api: string) => Promise<RunningExample>;

beforeAll(async () => {
  [project, stack] = await Promise.all([createExampleProject(), startStack(inject("assembly"), faults)]);
  tenant = await stack.tenant(["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE"]);
  const { org_id, token } = tenant;
  const variables = z.record(z.string(), z.string()).parse(parseEnv(renderStackEnv(stack, { org_id, token })));
  const port = await findFreePort();
  endpointSecret = await createEndpoint(`http://127.0.0.1:${port}/hook`);
  startReceiver = () => startExample("webhook-receiver", { project, port, env: { WEBHOOK_SECRET: endpointSecret } });
  startPartner = async (api) =>
    startExample("partner-timeline", { project, port: await findFreePort(), env: { ...variables, ACTIVITY_API: api } });
  const env = { ...variables, SERVICE_TOKEN: "service-token" };
  [service, partner, receiver] = await Promise.all([
    startExample("accounting-service", { project, port: await findFreePort(), env }),
    startPartner(stack.api),
    startReceiver(),
  ]);
  await untilEndpointReceives();
});

afterAll(async () => {
  await Promise.all([service, partner, receiver].map((example) => example.kill()));
  rmSync(project, { recursive: true, force: true });
});

async function createEndpoint(url: string): Promise<string> {
  const response = await fetch(`${stack.api}/api/public/v1/webhooks/endpoints`, {
    method: "POST",
    headers: { ...tenant.headers, "content-type": "application/json" },
    body: JSON.stringify({ url, events: ["invoice.*"] }),
  });
  return endpointSchema.parse(await response.json()).endpoint.secret;
}

/** Calls the accounting service; returns the status. */
async function invoice(method: string, path: string, body?: object): Promise<number> {
  const response = await fetch(`${service.url}/invoices/${path}`, {
    method,
    headers: { authorization: "Bearer service-token" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.text();
  return response.status;
}

/** The actions in the log, newest first. */
async function actionsOf(id: string): Promise<string[]> {
  const response = await stack.get(`/api/public/v1/invoices/${id}/activity`, tenant.headers);
  return pageSchema.parse(await response.json()).activity.map(({ action }) => action);
}

/** The rows of a query of the receiver's database. */
function rows(sql: string, ...parameters: string[]) {
  const opened = new DatabaseSync(join(project, "webhook-receiver.sqlite"), { readOnly: true, timeout: 5_000 });
  try {
    return opened.prepare(sql).all(...parameters);
  } finally {
    opened.close();
  }
}

const statusAtReceiver = (id: string) => rows("SELECT status FROM invoices WHERE invoice_id = ?", id)[0]?.status;

/** A new endpoint gets no event of its first seconds. */
async function untilEndpointReceives(): Promise<void> {
  await until(async () => {
    await stack.append([
      {
        org_id: tenant.org_id,
        action: "INVOICE_SENT",
        entity_type: "INVOICE",
        entity_id: "inv_first",
        changes: { status: { old: "DRAFT", new: "SENT" } },
        occurred_at: new Date().toISOString(),
      },
    ]);
    return statusAtReceiver("inv_first") === "SENT";
  });
}

it.each(["accounting-service", "partner-timeline", "webhook-receiver"])(
  "the example %s says what to do when its port is in use",
  async (name) => {
    const variables = z.record(z.string(), z.string()).parse(parseEnv(renderStackEnv(stack, tenant)));
    const env = { ...variables, WEBHOOK_SECRET: endpointSecret, DATABASE: "second.sqlite" };
    const second = startExample(name, { project, port: Number(new URL(service.url).port), env });
    await expect(second).rejects.toThrow(/has exited: listen EADDRINUSE: .+\. Set PORT to a free port\.\n$/);
  },
);

describe("the accounting service", () => {
  it("creates an invoice once, and refuses another one with its id", async () => {
    expect(await invoice("PUT", "inv_once", draft)).toBe(200);
    expect(await invoice("PUT", "inv_once", draft)).toBe(200);
    expect(await invoice("PUT", "inv_once", { ...draft, total: "1.00" })).toBe(409);
    expect(await actionsOf("inv_once")).toEqual(["INVOICE_CREATED"]);
  });

  it("stores one of two concurrent payments, with one event", async () => {
    await invoice("PUT", "inv_race", draft);
    await invoice("POST", "inv_race/send");
    const statuses = await Promise.all([invoice("POST", "inv_race/pay"), invoice("POST", "inv_race/pay")]);
    expect(statuses.sort()).toEqual([200, 409]);
    expect(await actionsOf("inv_race")).toEqual(["INVOICE_PAID", "INVOICE_SENT", "INVOICE_CREATED"]);
  });

  it("stores a change once when the response of DynamoDB is lost", async () => {
    await invoice("PUT", "inv_lost", draft);
    faults.isNext = true;
    expect(await invoice("POST", "inv_lost/send")).toBe(200);
    expect(faults.isNext).toBe(false);
    expect(await actionsOf("inv_lost")).toEqual(["INVOICE_SENT", "INVOICE_CREATED"]);
  });

  it.each([
    [400, "PUT", "inv_bad", { ...draft, total: "1" }],
    [400, "PUT", "inv_bad", { ...draft, number: "\ud800" }],
    [400, "PUT", "inv_bad", { ...draft, number: "x".repeat(20_000) }],
    [404, "GET", "inv_bad", undefined],
    [404, "POST", "inv_bad/pay", undefined],
    [405, "POST", "inv_bad/delete", undefined],
  ])("responds with %d to %s /invoices/%s and stores nothing", async (status, method, path, body) => {
    expect(await invoice(method, path, body)).toBe(status);
    expect(await actionsOf("inv_bad")).toEqual([]);
  });

  it("responds with 401 without its token", async () => {
    expect(await fetch(`${service.url}/invoices/inv_once`)).toMatchObject({ status: 401 });
  });
});

describe("the partner's page", () => {
  const page = async (id: string, from = partner) => (await fetch(`${from.url}/invoices/${id}`)).text();

  it("shows the events of the accounting service, and the receiver gets them", async () => {
    await invoice("PUT", "inv_shown", draft);
    for (const change of ["send", "pay"]) await invoice("POST", `inv_shown/${change}`);
    const shown = (await page("inv_shown")).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    const by = "by Priya Sharma";
    expect(shown).toMatch(/Invoice INV-1 paid .*Invoice INV-1 sent .*Invoice INV-1 created /);
    expect(shown).toContain(`Invoice INV-1 paid ${by} Status Sent → to Paid Amount due €1,180.50 → to €0.00`);
    expect(shown).toContain("Due date 31 December 2026");
    await until(() => statusAtReceiver("inv_shown") === "PAID");
  });

  it("escapes the texts of documents", async () => {
    await invoice("PUT", "inv_hostile", { ...draft, number: `<img src=x onerror="alert('&')">` });
    const shown = await page("inv_hostile");
    expect(shown).not.toContain("<img");
    expect(shown).toContain("&#60;img src=x onerror=&#34;alert(&#39;&#38;&#39;)&#34;&#62;");
  });

  it("links to older events by cursor", async () => {
    await invoice("PUT", "inv_long", draft);
    await stack.append(
      Array.from({ length: 20 }, (_, at) => ({
        org_id: tenant.org_id,
        action: "COMMENT_ADDED",
        entity_type: "INVOICE" as const,
        entity_id: "inv_long",
        event_id: `evt_${String(at).padStart(32, "0")}`,
        occurred_at: new Date().toISOString(),
      })),
    );
    const newest = await page("inv_long");
    expect(newest.match(/<li>/g)).toHaveLength(20);
    const [, older = ""] = /rel="next" href="([^"]+)"/.exec(newest) ?? [];
    const oldest = await page(`inv_long${older.replaceAll("&#38;", "&")}`);
    expect(oldest.match(/<li>/g)).toHaveLength(1);
    expect(oldest).toContain("Invoice INV-1 created");
    expect(oldest).not.toContain('rel="next"');
    expect(await fetch(`${partner.url}/invoices/inv_long?cursor=x`)).toMatchObject({ status: 404 });
  });

  it("responds with 304 while the page is unchanged", async () => {
    await invoice("PUT", "inv_etag", draft);
    const url = `${partner.url}/invoices/inv_etag`;
    const etag = (await fetch(url)).headers.get("etag") ?? "";
    expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
    await invoice("POST", "inv_etag/send");
    await until(async () => (await fetch(url, { headers: { "if-none-match": etag } })).status === 200);
  });

  it("asks the log once and conditionally, and shows its last page while the rate limit is exceeded", async () => {
    await invoice("PUT", "inv_limited", draft);
    let isLimited = false;
    const statuses: number[] = [];
    const gateway = createServer(async ({ url = "", headers: { "if-none-match": etag = "" } }, response) => {
      if (isLimited) {
        response.writeHead(429, { "retry-after": "30" }).end("{}");
        return;
      }
      const upstream = await stack.get(url, { ...tenant.headers, "if-none-match": etag });
      statuses.push(upstream.status);
      response.writeHead(upstream.status, { etag: upstream.headers.get("etag") ?? "" }).end(await upstream.text());
    });
    const port = await findFreePort();
    gateway.listen(port, "127.0.0.1");
    const limited = await startPartner(`http://127.0.0.1:${port}`);
    onTestFinished(async () => {
      await limited.kill();
      gateway.close();
    });
    await Promise.all(Array.from({ length: 5 }, () => page("inv_limited", limited)));
    expect(statuses).toEqual([200]);
    await until(async () => (await page("inv_limited", limited)) && statuses.includes(304));
    isLimited = true;
    expect(await page("inv_unknown", limited)).toContain("The timeline is not available now.");
    const delayed = await until(async () => {
      const shown = await page("inv_limited", limited);
      return shown.includes("Updates are delayed") && shown;
    });
    expect(delayed).toContain("Invoice INV-1 created");
  });
});

describe("the webhook receiver", () => {
  it("queues each event once when it is killed, and started again after more events", async () => {
    const ids = ["a", "b", "c", "d"].map((name) => `inv_killed_${name}`);
    const create = (some: readonly string[]) => Promise.all(some.map((id) => invoice("PUT", id, draft)));
    const queued = () => rows("SELECT event_id, status FROM deliveries WHERE document GLOB '*/inv_killed_*'");
    await create(ids.slice(0, 2));
    await until(() => queued().length > 0);
    await receiver.kill();
    await create(ids.slice(2));
    receiver = await startReceiver();
    // The log sends again after five seconds, or half a minute if the circuit breaker has opened.
    const isDone = () => queued().filter(({ status }) => status === "done").length === ids.length;
    await until(isDone, { deadlineMs: 60_000 });
    expect(new Set(queued().map(({ event_id }) => event_id)).size).toBe(ids.length);
    expect(ids.map(statusAtReceiver)).toEqual(ids.map(() => "DRAFT"));
  });

  it("accepts a repeat without queueing it again, and neither a test nor a forged delivery", async () => {
    const send = async (delivery_id: string, over: object, secret = endpointSecret) => {
      const occurred_at = "2026-05-11T08:30:12Z";
      const event = { event_id: `evt_${"0".repeat(32)}`, action: "INVOICE_SENT", entity_type: "INVOICE", occurred_at };
      const data = {
        ...event,
        entity_id: "inv_signed",
        entity_ref: null,
        actor_user_id: null,
        changes: null,
        metadata: {},
      };
      const content = { event_type: "invoice.sent", delivery_id, occurred_at, org_id: tenant.org_id, data, ...over };
      const body = JSON.stringify(content);
      const now = new Date();
      const headers = {
        "webhook-id": delivery_id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(delivery_id, now, body),
      };
      return (await fetch(`${receiver.url}/hook`, { method: "POST", headers, body })).status;
    };
    expect([await send("dlv_1", {}), await send("dlv_1", {})]).toEqual([204, 204]);
    expect(await send("dlv_test", { test: true })).toBe(204);
    expect(await send("dlv_forged", {}, `whsec_${Buffer.alloc(32).toString("base64")}`)).toBe(400);
    expect(rows("SELECT delivery_id FROM deliveries WHERE document GLOB '*/inv_signed'")).toEqual([
      { delivery_id: "dlv_1" },
    ]);
  });
});
