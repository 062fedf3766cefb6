import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { documents, documentsOnce, feed, listOnce, readJson, readPage } from "#test/support/api/feed.ts";
import { anInput } from "#test/support/builders.ts";
import { issued, openWorld, type World, type WorldTenant } from "#test/support/test-environment.ts";

const activities = z.array(z.looseObject({ invoice_id: z.nullable(z.string()) }));
const fakturoidEvents = z.array(z.looseObject({ related_objects: z.tuple([z.object({ custom_id: z.string() })]) }));
const issuedClient = z.object({ client: z.object({ client_id: z.string() }), secret: z.string() });
const accessToken = z.object({ access_token: z.string() });

let world: World;
beforeAll(async () => {
  world = await openWorld();
});

describe("an event that a service sends to the queue", () => {
  it("is soon readable in all three dialects", async () => {
    const tenant = await world.tenant();
    const { org_id, slug } = tenant;
    await world.ingest([anInput({ org_id, entity_id: "inv_1", metadata: { note: "🧾 §" } })]);
    await documentsOnce(world, tenant, 1);
    const { activity } = await readPage(world, tenant, "/api/public/v1/invoices/inv_1/activity");
    expect(activity).toMatchObject([{ action: "INVOICE_SENT", entity_id: "inv_1", metadata: { note: "🧾 §" } }]);

    const key = await world.admin({ action: "key.create", org_id }, issued);
    const simplybooks = "/api/v1/activities?format=json";
    expect(await listOnce(world, simplybooks, { "x-api-key": key.secret }, activities)).toMatchObject([
      { invoice_id: "inv_1" },
    ]);

    const fakturoid = `/api/v3/accounts/${slug}/events.json`;
    expect(await listOnce(world, fakturoid, await oauthHeaders(org_id), fakturoidEvents)).toMatchObject([
      { related_objects: [{ custom_id: "inv_1" }] },
    ]);
  });

  /** Headers with the access token that a new API client is given for its credentials. */
  async function oauthHeaders(org_id: string): Promise<Record<string, string>> {
    const { client, secret } = await world.admin({ action: "client.create", org_id }, issuedClient);
    const credentials = Buffer.from(`${client.client_id}:${secret}`).toString("base64");
    const headers = { "user-agent": "Smoke test" };
    const response = await fetch(`${world.api}/api/v3/oauth/token`, {
      method: "POST",
      headers: { ...headers, authorization: `Basic ${credentials}`, "content-type": "application/json" },
      body: JSON.stringify({ grant_type: "client_credentials" }),
    });
    const { access_token } = await readJson(response, accessToken);
    return { ...headers, authorization: `Bearer ${access_token}` };
  }

  it("is stored once however often it comes", async () => {
    const tenant = await world.tenant();
    const { org_id } = tenant;
    const event = anInput({ org_id, entity_id: "inv_1", idempotency_key: "once" });
    await world.ingest([event, event, event]);
    await documentsOnce(world, tenant, 1);
    await world.ingest([event, anInput({ org_id, entity_id: "inv_2", occurred_at: "2026-05-11T09:00:00Z" })]);
    expect(await documentsOnce(world, tenant, 2)).toEqual(["inv_2", "inv_1"]);
  });

  it("is refused with the reason when it is none, and shows up nowhere", async () => {
    const tenant = await world.tenant();
    const { org_id } = tenant;
    const [refused = ""] = await world.ingest([
      { ...anInput({ org_id, entity_id: "inv_bad" }), colour: "red" },
      anInput({ org_id, entity_id: "inv_good" }),
    ]);
    expect(await world.refusal(refused)).toMatchObject({ code: "invalid_value", reason: expect.stringMatching(/./) });
    expect(await documentsOnce(world, tenant, 1)).toEqual(["inv_good"]);
  });
});

describe("the feed of an organisation", () => {
  let tenant: WorldTenant;

  beforeAll(async () => {
    tenant = await world.tenant();
    const { org_id } = tenant;
    const at = (minute: number) => ({ org_id, occurred_at: `2026-05-11T08:0${minute}:00Z` });
    const bill = { action: "BILL_APPROVED", entity_type: "BILL" } as const;
    await world.ingest([
      anInput({ ...at(1), entity_id: "inv_1", actor_user_id: "usr_a" }),
      anInput({ ...at(2), entity_id: "inv_2", actor_user_id: "usr_b" }),
      anInput({ ...at(3), ...bill, entity_id: "bill_3", actor_user_id: "usr_a" }),
      anInput({ ...at(4), entity_id: "inv_1" }),
      anInput({ ...at(5), ...bill, entity_id: "bill_5" }),
    ]);
    await documentsOnce(world, tenant, 5);
  });

  it.each([
    ["", ["bill_5", "inv_1", "bill_3", "inv_2", "inv_1"]],
    ["entity_type=BILL", ["bill_5", "bill_3"]],
    ["entity_id=inv_1", ["inv_1", "inv_1"]],
    ["actor_user_id=usr_a", ["bill_3", "inv_1"]],
    ["since=2026-05-11T08:04:00Z", ["bill_5", "inv_1"]],
    ["since=2026-05-11T08:02:00Z&entity_type=INVOICE", ["inv_1", "inv_2"]],
    ["since=2026-05-11&until=2026-05-11&entity_type=BILL&utm_source=x", ["bill_5", "bill_3"]],
  ])("shows what '%s' asks for, the newest first", async (query, wanted) => {
    expect(await documentsOnce(world, tenant, wanted.length, query)).toEqual(wanted);
  });

  it("is walked page by page to its end, each event once", async () => {
    const pages: string[][] = [];
    for (let path: string | null = `${feed}?limit=2`; path !== null; ) {
      const { activity, next }: Awaited<ReturnType<typeof readPage>> = await readPage(world, tenant, path);
      pages.push(activity.map(({ event_id }) => event_id));
      path = next;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat()).size).toBe(5);
  });

  it("is closed to every other organisation", async () => {
    const stranger = await world.tenant();
    expect(await documents(world, stranger)).toEqual([]);
    expect(await documents(world, stranger, "entity_id=inv_1")).toEqual([]);
    const response = await world.get(feed, { ...stranger.headers, "x-aibooks-org": tenant.org_id });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 403,
      body: { code: "authz.org_mismatch" },
    });
  });
});
