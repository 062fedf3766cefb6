import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { demoOrg, seedEvents } from "#infra/local/demo/seed-events.ts";
import { anInput } from "#test/support/builders.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";

const page = z.object({
  code: z.literal(0),
  message: z.literal("success"),
  activity: z.array(z.record(z.string(), z.unknown())),
  page_context: z.object({ limit: z.number(), returned: z.number(), has_more_page: z.boolean() }),
});

const feed = "/api/public/v1/activity";
let stack: TestStack;
let seeded: Record<string, string>;
let tenant: Tenant;

beforeAll(async () => {
  stack = await startStack();
  await stack.admin({ action: "org.create", ...demoOrg });
  const { secret } = await stack.token([demoOrg.org_id]);
  seeded = { authorization: `Bearer ${secret}`, "x-aibooks-org": demoOrg.org_id };
  await stack.append(seedEvents);
  tenant = await stack.tenant();
});

async function read(path: string, headers: Record<string, string> = tenant.headers) {
  const response = await stack.get(path, headers);
  const body = await response.text();
  expect(response.status, body).toBe(200);
  return { response, body, ...page.parse(JSON.parse(body)) };
}

const ids = (events: readonly Record<string, unknown>[]) => events.map((event) => event.event_id);

describe("contract samples", () => {
  it("are returned byte for byte on a document's timeline, newest first", async () => {
    const { body } = await read("/api/public/v1/invoices/inv_8c3f1a9b/activity?limit=20", seeded);
    expect(body).toBe(
      '{"code":0,"message":"success","activity":[' +
        '{"event_id":"evt_4e2a91f06e6c4b4eac9d8d23b6d1c401","action":"INVOICE_PAID","entity_type":"INVOICE","entity_id":"inv_8c3f1a9b","entity_ref":"INV-2026-0042","actor_user_id":null,"changes":{"status":{"old":"SENT","new":"PAID"}},"metadata":{"source":"RAZORPAY_WEBHOOK","payment_id":"pay_NfX0g3y4z5a6b7","request_id":"req_a1b2c3d4e5f6"},"occurred_at":"2026-05-12T07:51:33Z"},' +
        '{"event_id":"evt_5e0b91a27d6c4f0e8b1a3c9d2f417a60","action":"EMAIL_SENT","entity_type":"INVOICE","entity_id":"inv_8c3f1a9b","entity_ref":"INV-2026-0042","actor_user_id":"usr_xyz","changes":null,"metadata":{"to":["priya@acme.in"],"ses_message_id":"0102018a-4d1f-..."},"occurred_at":"2026-05-11T08:32:14Z"},' +
        '{"event_id":"evt_3d1a80e05d5b3a3dac8c7c12a5c0b300","action":"INVOICE_SENT","entity_type":"INVOICE","entity_id":"inv_8c3f1a9b","entity_ref":"INV-2026-0042","actor_user_id":"usr_xyz","changes":{"status":{"old":"DRAFT","new":"SENT"}},"metadata":{"source":"PUBLIC_API","ip":"203.0.113.4","user_agent":"AIBooks-CLI/0.4","request_id":"req_7f6b3c8e1d22"},"occurred_at":"2026-05-11T08:30:12Z"},' +
        '{"event_id":"evt_2c098dd04c4a292c9b7b6b01948b020f","action":"INVOICE_CREATED","entity_type":"INVOICE","entity_id":"inv_8c3f1a9b","entity_ref":"INV-2026-0042","actor_user_id":"usr_xyz","changes":null,"metadata":{"source":"DASHBOARD","ip":"203.0.113.4"},"occurred_at":"2026-05-11T08:14:02Z"}' +
        '],"page_context":{"limit":20,"returned":4,"has_more_page":false}}',
    );
  });

  it("are returned by every documented request", async () => {
    const actions = async (path: string) => (await read(path, seeded)).activity.map((event) => event.action);
    expect(await actions(`${feed}?entity_type=INVOICE&since=2026-05-11T08:31:00Z&limit=50`)).toEqual([
      "INVOICE_PAID",
      "EMAIL_SENT",
    ]);
    expect(await actions("/api/public/v1/bills/bill_2d4e6f8a/activity")).toEqual(["BILL_APPROVED"]);
    expect(await actions("/api/public/v1/estimates/est_9b1c3d5e/activity?limit=10")).toEqual([
      "ESTIMATE_ACCEPTED",
      "ESTIMATE_SENT",
    ]);
    expect(await actions(`${feed}?actor_user_id=usr_approver_01`)).toEqual(["BILL_APPROVED"]);
  });

  it("have times in whole seconds unless the event has a fraction", async () => {
    await stack.append([
      anInput({ org_id: tenant.org_id, entity_id: "inv_ms", occurred_at: "2026-05-11T08:30:12.5Z" }),
    ]);
    const { activity } = await read("/api/public/v1/invoices/inv_ms/activity");
    expect(activity[0]?.occurred_at).toBe("2026-05-11T08:30:12.500Z");
  });
});

describe("GET /activity, paging", () => {
  it("returns every event exactly once by Link, and no Link on the last page", async () => {
    const owner = await stack.tenant();
    const events = generateQuarter(owner.org_id, 20, 7);
    await stack.append(events);
    const seen: unknown[] = [];
    let path: string | null = `${feed}?limit=25`;
    while (path !== null) {
      const { response, activity, page_context } = await read(path, owner.headers);
      seen.push(...ids(activity));
      const [, next = null] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
      expect(next !== null).toBe(page_context.has_more_page);
      path = next === null ? null : next.slice(stack.api.length);
    }
    expect(new Set(seen).size).toBe(events.length);
    expect(seen.length).toBe(events.length);
  });

  it("returns has_more_page false when a page ends at the last event", async () => {
    const owner = await stack.tenant();
    await stack.append(
      [1, 2, 3].map((second) => anInput({ org_id: owner.org_id, occurred_at: `2026-05-11T08:30:0${second}Z` })),
    );
    const { page_context } = await read(`${feed}?limit=3`, owner.headers);
    expect(page_context).toEqual({ limit: 3, returned: 3, has_more_page: false });
  });

  it("refuses a cursor of another organisation, of other filters, and a damaged one", async () => {
    const { response } = await read(`${feed}?limit=1`, seeded);
    const cursor =
      new URL(/<([^>]+)>/.exec(response.headers.get("link") ?? "")?.[1] ?? "").searchParams.get("cursor") ?? "";
    const refused = async (query: string, headers: Record<string, string>) => {
      const answer = await stack.get(`${feed}?${query}`, headers);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: "validation.invalid_value", field: "cursor" });
    };
    await refused(`limit=1&cursor=${cursor}`, tenant.headers);
    await refused(`limit=1&entity_type=BILL&cursor=${cursor}`, seeded);
    await refused(`limit=1&cursor=${cursor.slice(0, -3)}`, seeded);
    expect((await stack.get(`${feed}?limit=1&cursor=${cursor}`, seeded)).status).toBe(200);
  });

  it("returns fewer large events to stay below 6 MB, and the rest by Link", async () => {
    const owner = await stack.tenant();
    const large = (n: number) =>
      anInput({ org_id: owner.org_id, entity_id: `inv_${n}`, metadata: { note: '"'.repeat(30_000) } });
    await stack.append(Array.from({ length: 120 }, (_, n) => large(n)));
    let returned = 0;
    let path: string | null = `${feed}?limit=500`;
    while (path !== null) {
      const { response, body, page_context } = await read(path, owner.headers);
      expect(JSON.stringify(body).length).toBeLessThan(6_000_000);
      returned += page_context.returned;
      path = /^<([^>]+)>/.exec(response.headers.get("link") ?? "")?.[1]?.slice(stack.api.length) ?? null;
    }
    expect(returned).toBe(120);
  });
});

describe("GET /activity, ids with special characters", () => {
  it.each(["a#b", "a/b", "2026 / 17", "räknäng-№7", "発票-1", "100%25", "a+b", "..", "🧾", "a&b=c"])(
    "finds %s by its alias and by entity_id",
    async (id) => {
      const owner = await stack.tenant();
      await stack.append([anInput({ org_id: owner.org_id, entity_id: id })]);
      const byFilter = await read(`${feed}?entity_id=${encodeURIComponent(id)}`, owner.headers);
      expect(byFilter.activity.map((event) => event.entity_id)).toEqual([id]);
      if (id === "..") return;
      const byAlias = await read(`/api/public/v1/invoices/${encodeURIComponent(id)}/activity`, owner.headers);
      expect(byAlias.activity.map((event) => event.entity_id)).toEqual([id]);
    },
  );
});

describe("GET /activity, entity types of other dialects", () => {
  it("omits their events", async () => {
    const owner = await stack.tenant();
    await stack.append([
      anInput({ org_id: owner.org_id }),
      anInput({ org_id: owner.org_id, action: "USER_LOGGED_IN", entity_type: "USER", entity_id: "usr_1" }),
    ]);
    const { activity } = await read(feed, owner.headers);
    expect(activity.map((event) => event.entity_type)).toEqual(["INVOICE"]);
  });
});

describe("GET /activity, HTTP", () => {
  it("answers HEAD like GET, without a body", async () => {
    const head = await fetch(`${stack.api}${feed}`, { method: "HEAD", headers: seeded });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-type")).toBe("application/json");
    expect(await head.text()).toBe("");
  });

  it.each(["gzip", "br"])("compresses a large response with %s when accepted", async (encoding) => {
    const owner = await stack.tenant();
    await stack.append(generateQuarter(owner.org_id, 10, 3));
    const plain = await read(feed, { ...owner.headers, "accept-encoding": "identity" });
    expect(plain.response.headers.get("content-encoding")).toBeNull();
    const packed = await read(feed, { ...owner.headers, "accept-encoding": encoding });
    expect(packed.response.headers.get("content-encoding")).toBe(encoding);
    for (const { response } of [packed, plain]) expect(response.headers.get("vary")).toContain("accept-encoding");
    expect(packed.body).toBe(plain.body);
    const etag = plain.response.headers.get("etag") ?? "";
    expect(packed.response.headers.get("etag")).toBe(etag);
    const known = await stack.get(feed, { ...owner.headers, "accept-encoding": encoding, "if-none-match": etag });
    expect([known.status, known.headers.get("content-encoding"), await known.text()]).toEqual([304, null, ""]);
  });

  describe("If-None-Match", () => {
    const left = (response: Response) => Number(response.headers.get("x-ratelimit-remaining"));

    it("returns 304 and counts the request until an event is written", async () => {
      const owner = await stack.tenant();
      await stack.append([anInput({ org_id: owner.org_id })]);
      const first = await stack.get(feed, owner.headers);
      const condition = { "if-none-match": first.headers.get("etag") ?? "" };
      expect(first.headers.get("cache-control")).toBe("private, no-cache");
      const second = await stack.get(feed, { ...owner.headers, ...condition });
      expect([second.status, await second.text()]).toEqual([304, ""]);
      expect(second.headers.get("content-type")).toBe("application/json");
      // A minute of the clock may have ended in between.
      expect([left(first) - 1, 599]).toContain(left(second));
      await stack.append([anInput({ org_id: owner.org_id, entity_id: "inv_2" })]);
      expect((await stack.get(feed, { ...owner.headers, ...condition })).status).toBe(200);
    });

    it("returns 304 to HEAD, too", async () => {
      const head = () => fetch(`${stack.api}${feed}`, { method: "HEAD", headers: seeded });
      const etag = (await head()).headers.get("etag") ?? "";
      const headers = { ...seeded, "if-none-match": etag };
      expect((await fetch(`${stack.api}${feed}`, { method: "HEAD", headers })).status).toBe(304);
      expect((await stack.get(feed, headers)).status).toBe(304);
    });

    it("with another token's ETag returns an error or the caller's own events", async () => {
      const [owner, stranger] = [await stack.tenant(), await stack.tenant()];
      await stack.append([anInput({ org_id: owner.org_id })]);
      const { headers } = await stack.get(feed, owner.headers);
      const condition = { "if-none-match": headers.get("etag") ?? "" };
      expect((await stack.get(feed, { authorization: "Bearer junk", ...condition })).status).toBe(401);
      const own = await stack.get(feed, { ...stranger.headers, ...condition });
      expect([own.status, page.parse(await own.json()).activity]).toEqual([200, []]);
      expect(own.headers.get("vary")).toMatch(/\bauthorization\b.*\bx-aibooks-org\b/);
    });
  });

  it("allows browsers: preflight without a token, and exposed headers", async () => {
    const preflight = await fetch(`${stack.api}${feed}`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization,x-aibooks-org",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    const answer = await stack.get(feed, { ...seeded, origin: "https://app.example" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-expose-headers")).toContain("link");
  });

  it("serves the OpenAPI description and the JSON Schema of an event without a token", async () => {
    const openApi = await (await stack.get("/openapi.json")).json();
    expect(openApi).toMatchObject({ openapi: "3.1.0", servers: [{ url: stack.api }] });
    const schema = await (await stack.get("/schemas/event.json")).json();
    expect(schema).toMatchObject({
      type: "object",
      required: expect.arrayContaining(["org_id", "action", "occurred_at"]),
    });
  });
});
