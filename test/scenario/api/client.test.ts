import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createFakturoidClient, createFinzbooksClient, createSimplybooksClient } from "#clients/client/client.ts";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { anInput } from "#test/support/builders.ts";
import { rejectionOf } from "#test/support/client/fake-api.ts";
import { until } from "#test/support/until.ts";
import { startReceiver } from "#test/support/webhooks/receiver.ts";
import { type Subscriber, startWebhooksStack, type WebhooksStack } from "#test/support/webhooks/webhooks-stack.ts";

const project = resolve(import.meta.dirname, "../../..");

let stack: WebhooksStack;
let subscriber: Subscriber;
let client: ReturnType<typeof createFinzbooksClient>;

beforeAll(async () => {
  stack = await startWebhooksStack();
  subscriber = await stack.subscriber();
  await stack.admin({ action: "org.update", org_id: subscriber.org_id, slug: "client-test" });
  await stack.append(generateQuarter(subscriber.org_id, 60, 7));
  client = createFinzbooksClient({ baseUrl: stack.api, token: subscriber.token, org: subscriber.org_id });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("the FinzBooks client", () => {
  it("iterates over all events in pages, each event once", async () => {
    const events = await collect(client.activity.iterate({ limit: 17 }));
    expect(events.length).toBeGreaterThan(2 * 17);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
    const inOnePage = await client.activity.list({ limit: 500 });
    expect(events).toEqual(inOnePage.items);
    expect(inOnePage.next).toBeNull();
  });

  it("returns timelines, filters, and the pages that another one names", async () => {
    const [newest] = (await client.activity.list({ entity_type: "INVOICE", limit: 1 })).items;
    const timeline = await collect(client.timeline("invoices", newest?.entity_id ?? "").iterate({ limit: 1 }));
    expect(timeline[0]).toEqual(newest);
    expect(new Set(timeline.map(({ entity_id }) => entity_id))).toEqual(new Set([newest?.entity_id]));
    const first = await client.activity.list({ limit: 2, include: ["actor", "text"] });
    expect(first.items[0]?.text).toEqual(expect.any(String));
    const second = await client.activity.list(first.next ?? {});
    expect(second.items[0]?.text).toEqual(expect.any(String));
    expect(second.items[0]?.event_id).not.toBe(first.items[1]?.event_id);
  });

  it("returns null for a page that is unchanged", async () => {
    const { etag } = await client.activity.list({ limit: 3 });
    expect(etag).not.toBeNull();
    expect(await client.activity.list({ limit: 3 }, { ifNoneMatch: etag })).toBeNull();
  });

  it("returns the token, and the errors of the API", async () => {
    expect(await client.whoami()).toMatchObject({ org_id: subscriber.org_id });
    expect(await rejectionOf(client.activity.list({ since: "yesterday" }))).toMatchObject({
      code: "invalid_request",
      status: 400,
      field: "since",
      apiCode: "validation.invalid_value",
      requestId: expect.stringMatching(/./),
    });
    const stranger = createFinzbooksClient({ baseUrl: stack.api, token: "aibooks_pat_unknown" });
    expect(await rejectionOf(stranger.whoami())).toMatchObject({ code: "unauthenticated", status: 401 });
  });
});

describe("the webhook API of the client", () => {
  it("creates, tests, lists, replays, changes and deletes", async () => {
    const receiver = await startReceiver();
    const { endpoints, deliveries, replays, listEventTypes } = client.webhooks;
    const { endpoint_id, secret } = await endpoints.create({ url: receiver.url, events: ["invoice.*"] });
    expect(secret).toMatch(/^whsec_/);
    expect((await endpoints.list()).map((each) => each.endpoint_id)).toContain(endpoint_id);
    expect(await endpoints.get(endpoint_id)).toMatchObject({ status: "enabled", health: { circuit: "closed" } });

    const test = await endpoints.test(endpoint_id, { event_type: "invoice.sent" });
    const tested = await until(async () => {
      const page = await deliveries(endpoint_id).list({ status: "succeeded" });
      return page.items.find(({ delivery_id }) => delivery_id === test.delivery_id);
    });
    expect(await deliveries(endpoint_id).get(tested.delivery_id)).toMatchObject({
      attempts: [{ response_status: 204 }],
    });

    const range = { since: "2026-03-15", only: "all" } as const;
    const preview = await replays(endpoint_id).preview(range);
    expect(preview).toMatchObject({ dry_run: true, complete: true });
    const { replay_id } = await replays(endpoint_id).start(range);
    const replay = await until(async () => {
      const current = await replays(endpoint_id).get(replay_id);
      return current.status === "running" ? undefined : current;
    });
    expect(replay).toMatchObject({ status: "done", sent: preview.count });
    const all = await until(async () => {
      const found = await collect(deliveries(endpoint_id).iterate({ status: "succeeded", limit: 10 }));
      return found.length > preview.count ? found : undefined;
    });
    // Events of a few minutes before the endpoint are delivered too if the stream is late.
    expect(new Set(all.map(({ delivery_id }) => delivery_id)).size).toBe(all.length);
    const [newest] = all;
    expect(await deliveries(endpoint_id).retry(newest?.delivery_id ?? "")).toMatchObject({ status: "pending" });

    expect((await endpoints.rotateSecret(endpoint_id, { overlap_seconds: 60 })).secret).not.toBe(secret);
    expect(await endpoints.update(endpoint_id, { enabled: false })).toMatchObject({ missed: null });
    const enabled = await endpoints.update(endpoint_id, { enabled: true });
    expect(enabled).toMatchObject({ endpoint: { status: "enabled" }, missed: { only: "failed" } });
    await endpoints.delete(endpoint_id);
    expect(await rejectionOf(endpoints.get(endpoint_id))).toMatchObject({ code: "not_found" });
    expect((await listEventTypes()).map(({ event_type }) => event_type)).toContain("invoice.sent");
  });
});

describe("the Fakturoid client", () => {
  it("fetches an access token and iterates over all events", async () => {
    const schema = z.object({ client: z.object({ client_id: z.string() }), secret: z.string() });
    const issued = schema.parse(await stack.admin({ action: "client.create", org_id: subscriber.org_id }));
    const fakturoid = createFakturoidClient({
      baseUrl: stack.api,
      clientId: issued.client.client_id,
      clientSecret: issued.secret,
      userAgent: "Tests (tests@example.com)",
    });
    expect((await fakturoid.user()).accounts).toMatchObject([{ slug: "client-test" }]);
    const events = await collect(fakturoid.events("client-test").iterate());
    expect(events.length).toBeGreaterThan(40);
    expect(events.map(({ created_at }) => Date.parse(created_at))).toEqual(
      events.map(({ created_at }) => Date.parse(created_at)).sort((one, other) => other - one),
    );
    const paid = await fakturoid.paidEvents("client-test").list();
    expect(paid.items.length).toBeGreaterThan(0);
    expect(await fakturoid.paidEvents("client-test").list({}, { ifNoneMatch: paid.etag })).toBeNull();
    expect(await rejectionOf(fakturoid.events("unknown").list())).toMatchObject({
      code: "not_found",
      apiCode: "not_found",
    });
  });
});

describe("the SimplyBooks client", () => {
  it("iterates over all activities, and returns one of them and the account", async () => {
    const { secret } = z
      .object({ secret: z.string() })
      .parse(await stack.admin({ action: "key.create", org_id: subscriber.org_id }));
    const simplybooks = createSimplybooksClient({ baseUrl: stack.api, apiKey: secret });
    const { activities } = simplybooks;
    const all = await collect(activities.iterate({ take: 11 }));
    expect(all.length).toBeGreaterThan(40);
    expect(new Set(all.map(({ activity_id }) => activity_id)).size).toBe(all.length);
    const [first] = all;
    expect(await activities.get(first?.activity_id ?? "")).toEqual(first);
    expect(await activities.get(first?.activity_id ?? "", { fields: ["type"] })).toEqual({ type: first?.type });
    expect(await simplybooks.account()).toMatchObject({ name: expect.any(String) });
    expect(await rejectionOf(activities.get("1"))).toMatchObject({ code: "not_found", apiCode: null });
  });
});

describe("the example in the README of the client", () => {
  it("runs against a stack", async () => {
    const { org_id, token } = await stack.subscriber();
    await stack.append(
      ["2026-05-11T08:30:12Z", "2026-05-12T08:30:12Z", "2026-05-13T08:30:12Z"].map((occurred_at) =>
        anInput({ org_id, entity_id: "inv_8c3f1a9b", occurred_at }),
      ),
    );
    const readme = readFileSync(join(project, "clients/client/README.md"), "utf8");
    const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    mkdirSync(join(project, ".build"), { recursive: true });
    const folder = mkdtempSync(join(project, ".build/readme-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "example.ts");
    writeFileSync(file, example.replace('"@activity-log/client"', '"#clients/client/client.ts"'));
    const env = { ACTIVITY_API: stack.api, ACTIVITY_TOKEN: token };
    const { stdout } = await promisify(execFile)(execPath, [file], { env });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(0, 3).map((line) => line.split(" ")[0])).toEqual([
      "2026-05-13T08:30:12Z",
      "2026-05-12T08:30:12Z",
      "2026-05-11T08:30:12Z",
    ]);
    expect(lines.slice(3)).toEqual(["2 more follow", "whsec_"]);
  });
});
