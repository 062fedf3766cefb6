import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { documents, documentsOnce, feed, listOnce, readJson, readPage } from "#test/support/api/feed.ts";
import { anInput } from "#test/support/builders.ts";
import { issued, openTestEnvironment, type SmokeTenant, type TestEnvironment } from "#test/support/test-environment.ts";

const activities = z.array(z.looseObject({ invoice_id: z.nullable(z.string()) }));
const fakturoidEvents = z.array(z.looseObject({ related_objects: z.tuple([z.object({ custom_id: z.string() })]) }));
const issuedClient = z.object({ client: z.object({ client_id: z.string() }), secret: z.string() });
const accessToken = z.object({ access_token: z.string() });

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment();
});

describe("ingest", () => {
  it("makes an event readable in all three dialects", async () => {
    const tenant = await environment.tenant();
    const { org_id, slug } = tenant;
    await environment.ingest([anInput({ org_id, entity_id: "inv_1", metadata: { note: "🧾 §" } })]);
    await documentsOnce(environment, tenant, 1);
    const { activity } = await readPage(environment, tenant, "/api/public/v1/invoices/inv_1/activity");
    expect(activity).toMatchObject([{ action: "INVOICE_SENT", entity_id: "inv_1", metadata: { note: "🧾 §" } }]);

    const key = await environment.admin({ action: "key.create", org_id }, issued);
    const simplybooks = "/api/v1/activities?format=json";
    expect(await listOnce(environment, simplybooks, { "x-api-key": key.secret }, activities)).toMatchObject([
      { invoice_id: "inv_1" },
    ]);

    const fakturoid = `/api/v3/accounts/${slug}/events.json`;
    expect(await listOnce(environment, fakturoid, await oauthHeaders(org_id), fakturoidEvents)).toMatchObject([
      { related_objects: [{ custom_id: "inv_1" }] },
    ]);
  });

  /** Creates an API client, and returns headers with an access token that was issued for its credentials. */
  async function oauthHeaders(org_id: string): Promise<Record<string, string>> {
    const { client, secret } = await environment.admin({ action: "client.create", org_id }, issuedClient);
    const credentials = Buffer.from(`${client.client_id}:${secret}`).toString("base64");
    const headers = { "user-agent": "Smoke test" };
    const response = await fetch(`${environment.api}/api/v3/oauth/token`, {
      method: "POST",
      headers: { ...headers, authorization: `Basic ${credentials}`, "content-type": "application/json" },
      body: JSON.stringify({ grant_type: "client_credentials" }),
    });
    const { access_token } = await readJson(response, accessToken);
    return { ...headers, authorization: `Bearer ${access_token}` };
  }

  it("stores an event once when it is sent repeatedly", async () => {
    const tenant = await environment.tenant();
    const { org_id } = tenant;
    const event = anInput({ org_id, entity_id: "inv_1", idempotency_key: "once" });
    await environment.ingest([event, event, event]);
    await documentsOnce(environment, tenant, 1);
    await environment.ingest([event, anInput({ org_id, entity_id: "inv_2", occurred_at: "2026-05-11T09:00:00Z" })]);
    expect(await documentsOnce(environment, tenant, 2)).toEqual(["inv_2", "inv_1"]);
  });

  it("rejects an invalid event with a reason, and stores the valid one beside it", async () => {
    const tenant = await environment.tenant();
    const { org_id } = tenant;
    const [rejected = ""] = await environment.ingest([
      { ...anInput({ org_id, entity_id: "inv_bad" }), colour: "red" },
      anInput({ org_id, entity_id: "inv_good" }),
    ]);
    expect(await environment.takeRejected(rejected)).toMatchObject({
      code: "invalid_value",
      reason: expect.stringMatching(/./),
    });
    expect(await documentsOnce(environment, tenant, 1)).toEqual(["inv_good"]);
  });
});

describe("GET /activity", () => {
  let tenant: SmokeTenant;

  beforeAll(async () => {
    tenant = await environment.tenant();
    const { org_id } = tenant;
    const at = (minute: number) => ({ org_id, occurred_at: `2026-05-11T08:0${minute}:00Z` });
    const bill = { action: "BILL_APPROVED", entity_type: "BILL" } as const;
    await environment.ingest([
      anInput({ ...at(1), entity_id: "inv_1", actor_user_id: "usr_a" }),
      anInput({ ...at(2), entity_id: "inv_2", actor_user_id: "usr_b" }),
      anInput({ ...at(3), ...bill, entity_id: "bill_3", actor_user_id: "usr_a" }),
      anInput({ ...at(4), entity_id: "inv_1" }),
      anInput({ ...at(5), ...bill, entity_id: "bill_5" }),
    ]);
    await documentsOnce(environment, tenant, 5);
  });

  it.each([
    ["", ["bill_5", "inv_1", "bill_3", "inv_2", "inv_1"]],
    ["entity_type=BILL", ["bill_5", "bill_3"]],
    ["entity_id=inv_1", ["inv_1", "inv_1"]],
    ["actor_user_id=usr_a", ["bill_3", "inv_1"]],
    ["since=2026-05-11T08:04:00Z", ["bill_5", "inv_1"]],
    ["since=2026-05-11T08:02:00Z&entity_type=INVOICE", ["inv_1", "inv_2"]],
    ["since=2026-05-11&until=2026-05-11&entity_type=BILL&utm_source=x", ["bill_5", "bill_3"]],
  ])("returns the events that match the query '%s', newest first", async (query, expected) => {
    expect(await documentsOnce(environment, tenant, expected.length, query)).toEqual(expected);
  });

  it("returns each event once when a client follows the pages to the end", async () => {
    const pages: string[][] = [];
    for (let path: string | null = `${feed}?limit=2`; path !== null; ) {
      const { activity, next }: Awaited<ReturnType<typeof readPage>> = await readPage(environment, tenant, path);
      pages.push(activity.map(({ event_id }) => event_id));
      path = next;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat()).size).toBe(5);
  });

  it("returns no event of another organisation", async () => {
    const otherTenant = await environment.tenant();
    expect(await documents(environment, otherTenant)).toEqual([]);
    expect(await documents(environment, otherTenant, "entity_id=inv_1")).toEqual([]);
    const response = await environment.get(feed, { ...otherTenant.headers, "x-aibooks-org": tenant.org_id });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 403,
      body: { code: "authz.org_mismatch" },
    });
  });
});
