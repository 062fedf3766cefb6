import { beforeAll, describe, expect, it } from "vitest";
import { anInput } from "#test/support/builders.ts";
import { type CommandLine, commandLine, localStackFile, stackFile } from "#test/support/command-line.ts";
import type { Tenant } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";
import { startReceiver, status } from "#test/support/webhooks/receiver.ts";
import { startWebhooksStack, type WebhooksStack } from "#test/support/webhooks/webhooks-stack.ts";

let stack: WebhooksStack;

beforeAll(async () => {
  stack = await startWebhooksStack();
});

/** The command line of an organisation of its own, whose token the stack lends. */
async function aTenant(): Promise<Tenant & { readonly cli: CommandLine }> {
  const tenant = await stack.tenant(["AIBooks.webhooks.MANAGE", "AIBooks.activity.READ"]);
  const demo = { org_id: tenant.org_id, token: tenant.token, slug: "demo" };
  return { ...tenant, cli: commandLine(stackFile(stack, { demo })) };
}

async function createEndpoint(cli: CommandLine, url: string): Promise<string> {
  const { endpoint } = await cli.json(["webhooks", "create", url, "--events", "invoice.*"]);
  return String(Object(endpoint).endpoint_id);
}

const deliveries = async (cli: CommandLine, id: string, ...options: string[]): Promise<Record<string, unknown>[]> =>
  Object((await cli.json(["webhooks", "deliveries", id, ...options])).deliveries);

describe("webhooks endpoint commands", () => {
  it("create, show, update and delete an endpoint, and show only a new secret", async () => {
    const { cli } = await aTenant();
    const { url } = await startReceiver();
    const created = await cli.run(["webhooks", "create", url, "--events", "invoice.*", "*.voided"]);
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_\S+\n$/) });
    const secret = created.stdout.trim();
    const id = /wh_[0-9a-f]{32}/.exec(created.stderr)?.[0] ?? "";

    const list = await cli.run(["webhooks", "list"]);
    expect(list.stdout).toMatch(new RegExp(`^${id} +enabled +invoice\\.\\* \\*\\.voided +http://127`, "m"));
    const changed = await cli.run(["webhooks", "update", id, "--description", "for the tests", "--disable"]);
    expect(changed.stdout).toMatch(/^description +for the tests$/m);
    const shown = await cli.run(["webhooks", "show", id]);
    expect(shown.stdout).toMatch(/^status +disabled \(owner\) since /m);
    for (const { stdout } of [list, changed, shown]) expect(stdout).not.toContain(secret);

    const rotated = await cli.run(["webhooks", "rotate-secret", id, "--overlap", "1h"]);
    expect(rotated.stdout).toMatch(/^whsec_\S+\n$/);
    expect(rotated.stdout).not.toContain(secret);
    expect(await cli.run(["webhooks", "delete", id])).toMatchObject({ code: 0, stdout: `Deleted ${id}.\n` });
    expect(await cli.run(["webhooks", "show", id])).toMatchObject({ code: 1, stderr: expect.stringContaining("404") });
  });

  it("require a token with the scope", async () => {
    const { org_id, token } = await stack.tenant(["AIBooks.activity.READ"]);
    const { cli } = await aTenant();
    const refused = await cli.run(["webhooks", "list", "--org", org_id], {
      env: { ACTIVITY_TOKEN: token, ACTIVITY_STACK: localStackFile },
    });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/AIBooks\.webhooks\.MANAGE.*token create/),
    });
  });

  it("show the API's error for an invalid endpoint", async () => {
    const { cli } = await aTenant();
    const refused = await cli.run(["webhooks", "create", "http://192.168.0.1/", "--events", "*"]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("400") });
  });
});

describe("webhooks delivery commands", () => {
  it("show each attempt, and retry a delivery", async () => {
    const { cli, org_id } = await aTenant();
    const receiver = await startReceiver({ behaviour: status(410, { "x-why": "gone" }, "no \u202e[2J more") });
    const id = await createEndpoint(cli, receiver.url);
    await stack.waitForEndpointChanges();
    await stack.append([anInput({ org_id })]);
    const [failed] = await until(async () => {
      const found = await deliveries(cli, id, "--status", "failed");
      return found.length > 0 && found;
    });
    const delivery = String(failed?.delivery_id);
    const shown = await cli.run(["webhooks", "delivery", id, delivery]);
    expect(shown.stdout).toContain("x-why: gone");
    expect(shown.stdout).toContain("no ·[2J more");
    const colourful = await cli.run(["webhooks", "deliveries", id], { env: { FORCE_COLOR: "1" } });
    expect(colourful.stdout).toContain("\u001b[31mfailed\u001b[39m");

    receiver.respondWith(status(204));
    expect(await cli.run(["webhooks", "retry", id, delivery])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("409"),
    });
    await cli.json(["webhooks", "update", id, "--enable"]);
    expect(await cli.run(["webhooks", "retry", id, delivery])).toMatchObject({ code: 0 });
    await until(async () => (await deliveries(cli, id, "--status", "succeeded")).length === 1);
    const ids = new Set(receiver.requests.map(({ headers }) => headers["webhook-id"]));
    expect([...ids]).toEqual([delivery]);
  });

  it("test an endpoint, and fail when it fails", async () => {
    const { cli } = await aTenant();
    const receiver = await startReceiver();
    const id = await createEndpoint(cli, receiver.url);
    const good = await cli.run(["webhooks", "test", id, "--type", "bill.paid"]);
    expect(good).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Attempt 1 .* succeeded 204 {2}in \d+ ms$/m),
    });
    expect(receiver.requests[0]?.headers["x-aibooks-event"]).toBe("bill.paid");
    receiver.respondWith(status(500, {}, "out of order"));
    const bad = await cli.run(["webhooks", "test", id]);
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining("out of order") });
  });

  it("replay events missed while disabled, with the suggested command", async () => {
    const { cli, org_id } = await aTenant();
    const receiver = await startReceiver();
    const id = await createEndpoint(cli, receiver.url);
    await cli.json(["webhooks", "update", id, "--disable"]);
    await stack.waitForEndpointChanges();
    await stack.append([anInput({ org_id, entity_id: "inv_missed" })]);
    await until(async () => (await deliveries(cli, id, "--status", "failed")).length === 1);
    const { stdout } = await cli.run(["webhooks", "update", id, "--enable"]);
    const [, offered = ""] = /^To send what it missed: (.*)$/m.exec(stdout) ?? [];
    const dry = await cli.run([...offered.split(" "), "--dry-run"]);
    expect(dry.stdout).toMatch(/^Would queue 1 undelivered event of \d+ examined\.\n$/);
    expect(await cli.run(offered.split(" "))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Queued 1 undelivered event of \d+ examined\./),
    });
    const [arrived] = await until(() => receiver.requests.length > 0 && receiver.requests);
    expect(JSON.parse(arrived?.body ?? "")).toMatchObject({ data: { entity_id: "inv_missed" } });
  });
});

describe("webhooks listen", () => {
  it("shows verified deliveries, and deletes its endpoint", async () => {
    const { cli, org_id } = await aTenant();
    const listening = cli.start(["webhooks", "listen", "--events", "invoice.*", "--json"]);
    await until(() => listening.written().stderr.includes("Listening on http://127.0.0.1:"));
    await stack.waitForEndpointChanges();
    await stack.append([anInput({ org_id, entity_ref: "INV-7" })]);
    const [line = ""] = await until(() => {
      const { stdout } = listening.written();
      return stdout.includes("\n") && stdout.split("\n");
    });
    expect(JSON.parse(line)).toMatchObject({
      event_type: "invoice.sent",
      entity_ref: "INV-7",
      verified: true,
      payload: { org_id, data: { entity_id: "inv_8c3f1a9b" } },
    });
    listening.signal("SIGINT");
    expect(await listening.ended).toMatchObject({ code: 0 });
    expect(await cli.json(["webhooks", "list"])).toEqual({ endpoints: [] });
  });
});

it("lists the event types with a sample of each", async () => {
  const { cli } = await aTenant();
  const { event_types } = await cli.json(["webhooks", "event-types"]);
  expect(event_types).toContainEqual(
    expect.objectContaining({ event_type: "invoice.sent", sample: expect.anything() }),
  );
});
