import { describe, expect, it } from "vitest";
import { webhooksOperations } from "#shared/api/webhooks/operations/webhooks-operations.ts";
import { ActivityError } from "#shared/errors.ts";
import { orgB, webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

const bodies: Readonly<Record<string, object>> = {
  create_webhook_endpoint: { url: "https://hooks.example.com/in?key=hidden", events: ["*"] },
  update_webhook_endpoint: { description: "taken over" },
  replay_webhook_events: { since: "2026-05-11", only: "all" },
};

/** One of everything, all of the first organisation. */
async function withEverything() {
  const dialect = webhooksApi();
  const created = await dialect.ask("POST", "/endpoints", { body: bodies.create_webhook_endpoint });
  const { endpoint_id, secret } = JSON.parse(created.body).endpoint;
  const at = `/endpoints/${endpoint_id}`;
  const { delivery_id } = JSON.parse((await dialect.ask("POST", `${at}/test`)).body).delivery;
  const replayed = await dialect.ask("POST", `${at}/replay`, { body: bodies.replay_webhook_events });
  const { replay_id } = JSON.parse(replayed.body).replay;
  const ids: Record<string, string> = { endpoint_id, delivery_id, replay_id };
  return { ...dialect, ids, secret: String(secret) };
}

const names = webhooksOperations.map(({ operationId }) => operationId);

function pathOf(name: string, ids: Readonly<Record<string, string>>): readonly [method: string, path: string] {
  const found = webhooksOperations.find(({ operationId }) => operationId === name);
  if (found === undefined) throw new Error(`The webhooks API has no operation ${name}.`);
  const { method, path } = found;
  return [method, path.replace(/^.*\/webhooks/, "").replaceAll(/\{(\w+)\}/g, (_, id: string) => ids[id] ?? "")];
}

const withIds = webhooksOperations.flatMap(({ operationId, path }) => (path.includes("{") ? [operationId] : []));

describe("webhooks API, another organisation", () => {
  it.each(withIds)("%s returns the same 404 as for an unknown resource", async (name) => {
    const { ask, ids, endpointEvents, queued, replaying } = await withEverything();
    const before = [endpointEvents.length, queued.length, replaying.length];
    const body = bodies[name];
    const unknown = {
      endpoint_id: `wh_${"0".repeat(32)}`,
      delivery_id: `dlv_${"0".repeat(32)}`,
      replay_id: `rpl_${"0".repeat(32)}`,
    };
    const malformed = { endpoint_id: "wh_0", delivery_id: "0".repeat(2_000), replay_id: "__proto__" };
    const answers = await Promise.all(
      [ids, unknown, malformed].map((asked) => ask(...pathOf(name, asked), { org: orgB, body })),
    );
    const [foreign, ...others] = answers;
    expect(foreign?.status).toBe(404);
    for (const other of others) expect(other).toEqual(foreign);
    expect([endpointEvents.length, queued.length, replaying.length]).toEqual(before);
  });

  it("cannot reach a delivery or a replay through its own endpoint", async () => {
    const { ask, ids } = await withEverything();
    const own = await ask("POST", "/endpoints", { org: orgB, body: bodies.create_webhook_endpoint });
    const { endpoint_id } = JSON.parse(own.body).endpoint;
    for (const name of ["get_webhook_delivery", "retry_webhook_delivery", "get_webhook_replay"]) {
      const { status } = await ask(...pathOf(name, { ...ids, endpoint_id }), { org: orgB });
      expect([name, status]).toEqual([name, 404]);
    }
  });

  it("lists only its own endpoints", async () => {
    const { ask, ids } = await withEverything();
    expect(JSON.parse((await ask("GET", "/endpoints", { org: orgB })).body).endpoints).toEqual([]);
    const own = await ask("POST", "/endpoints", { org: orgB, body: bodies.create_webhook_endpoint });
    const { endpoint_id } = JSON.parse(own.body).endpoint;
    const listed = await ask("GET", `/endpoints/${endpoint_id}/deliveries`, { org: orgB });
    expect(JSON.parse(listed.body).deliveries).toEqual([]);
    expect((await ask("GET", `/endpoints/${ids.endpoint_id}`)).status).toBe(200);
  });
});

describe("webhooks API, scope", () => {
  const anywhere = { endpoint_id: "x", delivery_id: "x", replay_id: "x" };

  it.each(names)("%s requires it before any other check", async (name) => {
    const { ask, endpointEvents, trace } = webhooksApi({ token: { scopes: ["AIBooks.activity.READ"] } });
    const body = () => {
      throw new Error("The body was read.");
    };
    const answer = await ask(...pathOf(name, anywhere), { over: { body } });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([403, "authz.scope_missing"]);
    expect(endpointEvents).toEqual([]);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("599");
  });

  it.each(["AIBooks.webhooks.MANAGE", "AIBooks.fullaccess.all"])("%s is sufficient", async (scope) => {
    const { ask } = webhooksApi({ token: { scopes: [scope] } });
    expect((await ask("GET", "/endpoints")).status).toBe(200);
  });
});

describe("webhooks API, request", () => {
  it.each(names)("without a token returns 401 before its body is parsed: %s", async (name) => {
    const { ask, ids } = await withEverything();
    const body = () => {
      throw new ActivityError("invalid_value", "The body was read.");
    };
    const answer = await ask(...pathOf(name, ids), { over: { headers: {}, body } });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([401, "authn.token_invalid"]);
  });

  it("with a wrong path or method returns 404 or 405 without a token", async () => {
    const { ask } = webhooksApi();
    expect((await ask("GET", "/nowhere", { over: { headers: {} } })).status).toBe(404);
    const { status, headers } = await ask("PUT", "/endpoints", { over: { headers: {} } });
    expect([status, headers.allow]).toEqual([405, "GET, HEAD, POST"]);
  });

  it.each(names)("with an unknown parameter returns 400 and changes nothing: %s", async (name) => {
    const { ask, ids, endpointEvents } = await withEverything();
    const before = endpointEvents.length;
    const answer = await ask(...pathOf(name, ids), {
      body: bodies[name],
      over: { query: new URLSearchParams("limt=5") },
    });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      400,
      {
        code: "validation.invalid_value",
        field: "limt",
        details: { valid: expect.arrayContaining(["organization_id"]) },
      },
    ]);
    expect(endpointEvents).toHaveLength(before);
  });

  it("selects the named organisation when the token has several", async () => {
    const { ask, endpointEvents } = webhooksApi({ token: { org_ids: ["org_x", "org_y"] } });
    const body = bodies.create_webhook_endpoint;
    expect((await ask("POST", "/endpoints", { body })).status).toBe(400);
    const query = new URLSearchParams("organization_id=org_y");
    expect((await ask("POST", "/endpoints", { body, over: { query } })).status).toBe(201);
    expect(endpointEvents).toMatchObject([{ org_id: "org_y" }]);
  });

  it("sets the audit fields", async () => {
    const { ask, trace } = webhooksApi();
    await ask("GET", "/endpoints");
    expect(trace.auditFields).toEqual({
      route: "list_webhook_endpoints",
      count: 0,
      token_id: expect.stringMatching(/^tok_/),
      user_id: "usr_of_org_a",
      org_id: "org_a",
    });
  });

  it.each([
    [`wh_${"0".repeat(32)}`, `wh_${"0".repeat(32)}`],
    ["wh_0", undefined],
    [`wh_${"0".repeat(33)}`, undefined],
    ["__proto__", undefined],
  ])(
    "for the endpoint %s sets the audit field endpoint_id to %s, whether it exists or not",
    async (asked, endpoint_id) => {
      const { ask, trace } = webhooksApi();
      expect((await ask("GET", `/endpoints/${asked}`)).status).toBe(404);
      expect(trace.auditFields).toEqual({
        route: "get_webhook_endpoint",
        endpoint_id,
        token_id: expect.stringMatching(/^tok_/),
        user_id: "usr_of_org_a",
        org_id: "org_a",
      });
    },
  );
});

it("webhooks API never returns or logs a secret after its creation", async () => {
  const lines = captureLogLines();
  const { ask, ids, endpointEvents, trace, queued, secret } = await withEverything();
  const rotated = await ask(...pathOf("rotate_webhook_secret", ids));
  const secrets = [secret, JSON.parse(rotated.body).endpoint.secret];
  expect(new Set(secrets).size).toBe(2);
  const shown = [];
  for (const name of names) {
    if (name === "rotate_webhook_secret" || name === "create_webhook_endpoint" || name === "delete_webhook_endpoint")
      continue;
    // One replay is under way already: a second one can only be tried.
    const body = name === "replay_webhook_events" ? { ...bodies[name], dry_run: true } : bodies[name];
    const answer = await ask(...pathOf(name, ids), { body });
    expect([name, answer.status < 300]).toEqual([name, true]);
    shown.push(answer);
  }
  await ask(...pathOf("delete_webhook_endpoint", ids));
  const seen = JSON.stringify([shown, endpointEvents, trace, queued, lines]);
  for (const text of [...secrets, "whsec_", '"sealed"', "ciphertext"]) expect(seen).not.toContain(text);
  expect(JSON.stringify([endpointEvents, trace, lines])).not.toContain("hidden");
});
