import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFinzbooksClient, type Schemas } from "#clients/client/client.ts";
import { anInput } from "#test/support/builders.ts";
import { commandLine, stackFile } from "#test/support/command-line.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const stored = 240;

const keysSchema = z.object({ keys: z.array(z.object({ verification_key: z.string() })) });

let stack: TestStack;
let tenant: Tenant;
let client: ReturnType<typeof createFinzbooksClient>;

beforeAll(async () => {
  stack = await startStack();
  tenant = await stack.tenant(["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE", "AIBooks.viewer_tokens.CREATE"]);
  client = createFinzbooksClient({ baseUrl: stack.api, token: tenant.token });
  const { org_id } = tenant;
  for (let at = 0; at < stored; at += 80) {
    const inputs = Array.from({ length: 80 }, (_, n) =>
      anInput({ org_id, entity_id: `inv_${(at + n) % 30}`, metadata: { n: at + n } }),
    );
    await stack.append(inputs);
  }
  await until(async () => (await latestSequence()) === stored);
});

async function latestSequence(): Promise<number> {
  const response = await stack.get("/api/public/v1/activity/changes?limit=1", tenant.headers);
  expect(response.status).toBe(200);
  const { page_context } = JSON.parse(await response.text());
  return page_context.latest_sequence;
}

async function changesAfter(after: number, limit = 100): Promise<Schemas["Change"][]> {
  const changes: Schemas["Change"][] = [];
  for await (const change of client.changes({ after, limit })) changes.push(change);
  return changes;
}

describe("change feed of a running stack", () => {
  it("lists each event of the log once, under numbers without gaps", async () => {
    const changes = await changesAfter(0, 70);
    expect(changes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: stored }, (_, at) => at + 1));
    const listed = [];
    for await (const event of client.activity.iterate({ limit: 500 })) listed.push(event);
    const byId = (left: { event_id: string }, right: { event_id: string }) => (left.event_id < right.event_id ? -1 : 1);
    expect(changes.flatMap(({ activity }) => activity ?? []).sort(byId)).toEqual(listed.sort(byId));
    const times = changes.map(({ sealed_at }) => sealed_at);
    expect(times).toEqual(times.toSorted());
  });

  it("lists a late event last", async () => {
    const { org_id } = tenant;
    const before = await latestSequence();
    const occurred_at = "2020-01-01T00:00:00Z";
    await stack.append([anInput({ org_id, entity_id: "inv_late", occurred_at })]);
    const [late, ...others] = await until(async () => {
      const changes = await changesAfter(before);
      return changes.length > 0 && changes;
    });
    expect(late).toMatchObject({ sequence: before + 1, activity: { entity_id: "inv_late", occurred_at } });
    expect(others).toEqual([]);
  });

  it("responds to a waiting request when an event gets its number", async () => {
    const { org_id } = tenant;
    const after = await latestSequence();
    const waiting = stack.get(`/api/public/v1/activity/changes?after=${after}&wait=20`, tenant.headers);
    await stack.append([anInput({ org_id, entity_id: "inv_awaited" })]);
    const { changes } = JSON.parse(await (await waiting).text());
    expect(changes).toMatchObject([{ sequence: after + 1, activity: { entity_id: "inv_awaited" } }]);
  });

  it("lists changes of endpoints by their numbers only", async () => {
    const after = await latestSequence();
    await client.webhooks.endpoints.create({ url: "http://127.0.0.1:65000/hook", events: ["bill.paid"] });
    const [change] = await until(async () => {
      const changes = await changesAfter(after);
      return changes.length > 0 && changes;
    });
    expect(change).toMatchObject({ sequence: after + 1, activity: null, reason: "hidden" });
  });

  it("refuses viewer tokens and tokens of other organisations", async () => {
    await stack.admin({ action: "viewer-key.rotate" });
    const viewer = await client.createViewerToken({ origins: ["https://app.example.com"] });
    const refused = await stack.get("/api/public/v1/activity/changes", { authorization: `Bearer ${viewer.token}` });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "authz.outside_viewer_limits" });
    const other = await stack.tenant();
    const changes = [];
    const stranger = createFinzbooksClient({ baseUrl: stack.api, token: other.token });
    for await (const change of stranger.changes()) changes.push(change);
    expect(changes).toEqual([]);
  });

  it("counts a page of a hundred changes as one request", async () => {
    const { secret } = await stack.token([tenant.org_id]);
    const remaining = async () => {
      const headers = { authorization: `Bearer ${secret}` };
      const response = await stack.get("/api/public/v1/activity/changes?limit=100", headers);
      return Number(response.headers.get("x-ratelimit-remaining"));
    };
    const cost = await until(async () => {
      const [first, second] = [await remaining(), await remaining()];
      // A minute that ends in between is tried again.
      return second < first && first - second;
    });
    expect(cost).toBe(1);
  });
});

describe("export of a running stack", () => {
  it("is a folder that verifies, of the whole log and of a part", async () => {
    const { org_id } = tenant;
    const { secret } = await stack.token([org_id], ["AIBooks.activity.READ", "AIBooks.activity.EXPORT"]);
    const cli = commandLine(stackFile(stack));
    const env = { ACTIVITY_API: stack.api, ACTIVITY_TOKEN: secret };
    const latest = await latestSequence();
    const whole = await cli.run(["export", "--out", "whole", "--format", "csv"], { env });
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining(`Exported entries 1 to `) });
    const part = ["export", "--out", "part", "--after", "7", "--until-sequence", String(latest - 3)];
    expect(await cli.run(part, { env })).toMatchObject({ code: 0 });
    const [own] = keysSchema.parse(await cli.json(["trust", "key", "--org", org_id])).keys;
    const { verification_key } = own ?? { verification_key: "" };
    const keys = await fetch(`${stack.api}/api/public/v1/activity/keys?organization_id=${org_id}`);
    expect(keysSchema.parse(await keys.json()).keys).toContainEqual({ verification_key });
    const verified = await cli.run(["verify", "whole", "part", "--key", verification_key]);
    expect(verified).toMatchObject({ code: 0, stderr: "" });
    expect(verified.stdout).toContain(`Valid: part: entries 8 to ${latest - 3} lead to the checkpoint of `);
    const lines = join(cli.folder, "whole", "events-000000001.jsonl");
    writeFileSync(lines, readFileSync(lines, "utf8").replace("INVOICE_SENT", "INVOICE_PAID"));
    const changed = await cli.run(["verify", "whole", "--key", verification_key]);
    expect(changed).toMatchObject({ code: 1, stdout: "False: whole: Sequence 1: the event was changed.\n" });
    expect(
      await cli.run(["export", "--out", "other"], { env: { ...env, ACTIVITY_TOKEN: tenant.token } }),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("AIBooks.activity.EXPORT"),
    });
  });
});
