import { describe, expect, it } from "vitest";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointDisabledEvent } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import {
  createEndpoint,
  deleteEndpoint,
  type EndpointSettings,
  getEndpoint,
} from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { managementPorts, orgA, orgB } from "#test/support/api/webhooks-dialect.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const requester = { org_id: orgA, user_id: "usr_1", token_id: "tok_1", request_id: "req-1" };
const at = testNow.toISOString();

const settings: EndpointSettings = {
  url: "https://hooks.example.com/in?key=hidden",
  events: ["invoice.*"],
  entity_id: null,
  description: null,
  enabled: true,
  headers: null,
};

/** Creates ports with one endpoint. */
async function withEndpoint(over: Partial<EndpointSettings> = {}) {
  const managed = managementPorts();
  const { endpoint, secret } = await createEndpoint(managed.ports, requester, { ...settings, ...over });
  const later = (seconds: number) => {
    managed.clock.now = new Date(managed.clock.now.getTime() + seconds * 1_000);
  };
  return { ...managed, endpoint, secret, id: endpoint.endpoint_id, later };
}

/** Returns ports that change the endpoint after each of the first `times` reads, as a concurrent request would. */
function withConcurrentChanges(ports: WebhookManagementPorts, times: number): WebhookManagementPorts {
  let left = times;
  const get: WebhookManagementPorts["endpoints"]["get"] = async (orgId, endpointId) => {
    const found = await ports.endpoints.get(orgId, endpointId);
    if (found !== null && left-- > 0) {
      await ports.endpoints.update(
        found,
        { ...found, description: `${left}` },
        endpointDisabledEvent(found, "gone", at),
      );
    }
    return found;
  };
  return { ...ports, endpoints: { ...ports.endpoints, get } };
}

describe("createEndpoint", () => {
  it("stores the settings with an encrypted secret, and appends an event", async () => {
    const { ports, endpointEvents, endpoint, secret } = await withEndpoint({
      entity_id: "inv_1",
      description: "Ledger",
    });
    expect(endpoint).toEqual({
      endpoint_id: expect.stringMatching(/^wh_[0-9a-f]{32}$/),
      org_id: orgA,
      url: settings.url,
      events: ["invoice.*"],
      entity_id: "inv_1",
      description: "Ledger",
      secrets: [{ sealed: expect.stringContaining("sealed"), expires_at: null }],
      headers: null,
      disabled: null,
      created_at: at,
      updated_at: at,
      created_by: requester.token_id,
      changed_by: [],
      version: 1,
    });
    expect(secret).toMatch(/^whsec_/);
    expect(JSON.stringify([endpoint, endpointEvents])).not.toContain(secret);
    expect(await getEndpoint(ports, orgA, endpoint.endpoint_id)).toEqual(endpoint);
    expect(endpointEvents).toMatchObject([
      {
        org_id: orgA,
        action: "WEBHOOK_ENDPOINT_CREATED",
        entity_type: "WEBHOOK_ENDPOINT",
        entity_id: endpoint.endpoint_id,
        actor_user_id: "usr_1",
        changes: null,
        occurred_at: at,
        recorded_at: at,
      },
    ]);
    expect(JSON.parse(endpointEvents[0]?.metadata ?? "")).toEqual({
      source: "PUBLIC_API",
      request_id: "req-1",
      token_id: "tok_1",
      url: "https://hooks.example.com",
    });
  });

  it("creates a disabled endpoint when `enabled` is false", async () => {
    expect((await withEndpoint({ enabled: false })).endpoint.disabled).toEqual({ reason: "owner", at });
  });

  it.each(["http://hooks.example.com", "https://10.0.0.1/", "https://own.example.com/x", "ftp://x", ""])(
    "rejects the URL %j and stores nothing",
    async (url) => {
      const { ports, endpointEvents } = managementPorts();
      const error = await catchRejection(createEndpoint(ports, requester, { ...settings, url }));
      expect([error.code, error.context.field, endpointEvents]).toEqual(["invalid_value", "url", []]);
    },
  );

  it("creates another id and another secret each time", async () => {
    const { ports } = managementPorts();
    const made = await Promise.all(Array.from({ length: 20 }, () => createEndpoint(ports, requester, settings)));
    expect(new Set(made.flatMap(({ endpoint, secret }) => [endpoint.endpoint_id, secret])).size).toBe(40);
  });
});

describe("updateEndpoint", () => {
  it("stores the changed settings, increments the version, and appends an event without URL paths", async () => {
    const { ports, endpointEvents, id, endpoint, later } = await withEndpoint();
    later(60);
    const patch = {
      url: "https://other.example.com:8443/secret",
      events: ["*"],
      description: "New",
      entity_id: "inv_1",
    };
    const { endpoint: changed, missed } = await updateEndpoint(ports, requester, id, patch);
    const changed_by = [requester.token_id];
    expect(changed).toEqual({ ...endpoint, ...patch, updated_at: "2026-06-01T12:01:30.000Z", changed_by, version: 2 });
    expect(missed).toBeNull();
    expect(endpointEvents[1]?.action).toBe("WEBHOOK_ENDPOINT_UPDATED");
    expect(JSON.parse(endpointEvents[1]?.changes ?? "")).toEqual({
      url: { old: "https://hooks.example.com", new: "https://other.example.com:8443" },
      events: { old: ["invoice.*"], new: ["*"] },
      entity_id: { old: null, new: "inv_1" },
      description: { old: null, new: "New" },
    });
  });

  it("appends an event with equal origins when only the path of the URL changed", async () => {
    const { ports, endpointEvents, id } = await withEndpoint();
    await updateEndpoint(ports, requester, id, { url: "https://hooks.example.com/other?key=hidden" });
    const origin = "https://hooks.example.com";
    expect(JSON.parse(endpointEvents[1]?.changes ?? "")).toEqual({ url: { old: origin, new: origin } });
    expect(JSON.stringify(endpointEvents)).not.toMatch(/hidden|\/other/);
  });

  it.each([{}, { events: ["invoice.*"] }, { enabled: true }, { ...settings }])(
    "stores nothing when the settings stay the same: %j",
    async (patch) => {
      const { ports, endpointEvents, id, endpoint, later } = await withEndpoint();
      later(60);
      expect(await updateEndpoint(ports, requester, id, patch)).toEqual({ endpoint, missed: null });
      expect(endpointEvents).toHaveLength(1);
    },
  );

  it("clears settings that are null", async () => {
    const { ports, id } = await withEndpoint({ entity_id: "inv_1", description: "Ledger" });
    const { endpoint } = await updateEndpoint(ports, requester, id, { entity_id: null, description: null });
    expect([endpoint.entity_id, endpoint.description]).toEqual([null, null]);
  });

  it("rejects an invalid URL and changes nothing", async () => {
    const { ports, endpointEvents, id, endpoint } = await withEndpoint();
    const patch = { url: "https://127.0.0.1/", description: "New" };
    expect((await catchRejection(updateEndpoint(ports, requester, id, patch))).context.field).toBe("url");
    expect(await getEndpoint(ports, orgA, id)).toEqual(endpoint);
    expect(endpointEvents).toHaveLength(1);
  });
});

describe("updateEndpoint with `enabled`", () => {
  const threeDaysBefore = "2026-05-29T12:00:30.000Z";
  const failing = { ...initialHealth, failures: 40, openCount: 3, failing_since: 1, open_until: 9e15, limit: 1 };

  it("disables the endpoint with the reason `owner`, and appends an event", async () => {
    const { ports, endpointEvents, id } = await withEndpoint();
    const { endpoint } = await updateEndpoint(ports, requester, id, { enabled: false, description: "Off" });
    expect(endpoint.disabled).toEqual({ reason: "owner", at });
    expect(endpointEvents[1]?.action).toBe("WEBHOOK_ENDPOINT_DISABLED");
    expect(JSON.parse(endpointEvents[1]?.changes ?? "").status).toEqual({ old: "enabled", new: "disabled" });
    expect(JSON.parse(endpointEvents[1]?.metadata ?? "")).toMatchObject({ source: "PUBLIC_API", reason: "owner" });
  });

  it("keeps the reason of an endpoint that is disabled already", async () => {
    const { ports, endpointEvents, id, endpoint } = await withEndpoint();
    const gone: Endpoint = { ...endpoint, disabled: { reason: "gone", at }, version: 2 };
    await ports.endpoints.update(endpoint, gone, endpointDisabledEvent(endpoint, "gone", at));
    expect((await updateEndpoint(ports, requester, id, { enabled: false })).endpoint.disabled?.reason).toBe("gone");
    expect(endpointEvents).toHaveLength(2);
  });

  it("returns the missed range, resets failures and keeps the secrets when it enables the endpoint", async () => {
    const { ports, endpointEvents, id, endpoint, later } = await withEndpoint({ enabled: false });
    const lease = { id: "l", permits: 1, expiresAt: 9 };
    await ports.health.acquire(id, lease, 0);
    await ports.health.update(id, initialHealth, { ...failing, last_success_at: 5 });
    later(3_600);
    const { endpoint: enabled, missed } = await updateEndpoint(ports, requester, id, { enabled: true });
    expect(enabled).toMatchObject({ disabled: null, secrets: endpoint.secrets });
    expect(missed).toEqual({ since: threeDaysBefore, until: "2026-06-01T13:00:30.000Z", only: "failed" });
    const held = { available: initialHealth.available - 1, leases: [lease] };
    expect(await ports.health.get(id)).toEqual({ ...initialHealth, ...held, version: 2, last_success_at: 5 });
    expect(endpointEvents[1]?.action).toBe("WEBHOOK_ENDPOINT_ENABLED");
  });

  it.each([
    [27 * 86_400 - 1, "failed"],
    [27 * 86_400, "all"],
  ])(
    "returns a missed range of all events once their deliveries have expired: disabled for %d s, %s",
    async (seconds, only) => {
      const { ports, id, later } = await withEndpoint({ enabled: false });
      later(seconds);
      const { missed } = await updateEndpoint(ports, requester, id, { enabled: true });
      expect(missed).toMatchObject({ since: threeDaysBefore, only });
    },
  );

  it.each([
    ["another URL", { url: "https://moved.example.com/" }, initialHealth.failures],
    ["another description", { description: "New" }, 40],
  ])("resets the failures only when the URL changes: %s", async (_, patch, failures) => {
    const { ports, id } = await withEndpoint();
    await ports.health.update(id, initialHealth, failing);
    await updateEndpoint(ports, requester, id, patch);
    expect((await ports.health.get(id)).failures).toBe(failures);
  });

  it("throws `conflict` and keeps the endpoint disabled when its health cannot be reset", async () => {
    const { ports, id } = await withEndpoint({ enabled: false });
    const conflicting = { ...ports, health: { ...ports.health, update: async () => false } };
    const error = await catchRejection(updateEndpoint(conflicting, requester, id, { enabled: true }));
    expect(error.code).toBe("conflict");
    expect((await getEndpoint(ports, orgA, id)).disabled).not.toBeNull();
  });

  it("endpointDisabledEvent contains no actor and no path of the URL", async () => {
    const { endpoint } = await withEndpoint();
    const event = endpointDisabledEvent(endpoint, "failing", at);
    expect(event).toMatchObject({ action: "WEBHOOK_ENDPOINT_DISABLED", actor_user_id: null, occurred_at: at });
    expect(JSON.parse(event.metadata)).toEqual({
      source: "WEBHOOKS",
      reason: "failing",
      url: "https://hooks.example.com",
    });
  });
});

describe("rotateSecret", () => {
  it("keeps the old secret valid for the requested overlap", async () => {
    const { ports, endpointEvents, id, endpoint, secret } = await withEndpoint();
    const rotated = await rotateSecret(ports, requester, id, 3_600);
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.endpoint.secrets).toEqual([
      { sealed: expect.any(String), expires_at: null },
      { sealed: endpoint.secrets[0]?.sealed, expires_at: "2026-06-01T13:00:30.000Z" },
    ]);
    expect(endpointEvents[1]).toMatchObject({ action: "WEBHOOK_ENDPOINT_SECRET_ROTATED", changes: null });
    expect(JSON.parse(endpointEvents[1]?.metadata ?? "")).toMatchObject({ overlap_seconds: 3_600 });
    expect(JSON.stringify(endpointEvents)).not.toContain("whsec_");
  });

  it("ends all older secrets immediately when the overlap is zero", async () => {
    const { ports, id } = await withEndpoint();
    await rotateSecret(ports, requester, id, 3_600);
    expect((await rotateSecret(ports, requester, id, 0)).endpoint.secrets).toHaveLength(1);
  });

  it("never extends an older secret, and drops expired ones", async () => {
    const { ports, id, later } = await withEndpoint();
    await rotateSecret(ports, requester, id, 60);
    later(30);
    const { endpoint } = await rotateSecret(ports, requester, id, 3_600);
    const ends = endpoint.secrets.map(({ expires_at }) => expires_at);
    expect(ends).toEqual([null, "2026-06-01T13:01:00.000Z", "2026-06-01T12:01:30.000Z"]);
    later(30);
    const { endpoint: next } = await rotateSecret(ports, requester, id, 3_600);
    expect(next.secrets.map(({ expires_at }) => expires_at)).toEqual([
      null,
      "2026-06-01T13:01:30.000Z",
      "2026-06-01T13:01:00.000Z",
    ]);
  });

  it("keeps at most the three newest secrets", async () => {
    const { ports, id } = await withEndpoint();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { endpoint } = await rotateSecret(ports, requester, id, 3_600);
      made.unshift(endpoint.secrets[0]?.sealed ?? "");
      expect(endpoint.secrets.map(({ sealed }) => sealed).slice(0, made.length)).toEqual(made.slice(0, 3));
    }
  });
});

it("deleteEndpoint removes the endpoint and appends an event", async () => {
  const { ports, endpointEvents, id } = await withEndpoint();
  await deleteEndpoint(ports, requester, id);
  expect((await catchRejection(getEndpoint(ports, orgA, id))).code).toBe("not_found");
  expect(endpointEvents[1]).toMatchObject({
    action: "WEBHOOK_ENDPOINT_DELETED",
    entity_id: id,
    actor_user_id: "usr_1",
  });
});

describe("updateEndpoint, rotateSecret and deleteEndpoint on conflicts", () => {
  type Change = (ports: WebhookManagementPorts, id: string) => Promise<unknown>;
  const changes: readonly (readonly [string, Change])[] = [
    ["updateEndpoint", (ports, id) => updateEndpoint(ports, requester, id, { events: ["*"] })],
    ["rotateSecret", (ports, id) => rotateSecret(ports, requester, id, 60)],
    ["deleteEndpoint", (ports, id) => deleteEndpoint(ports, requester, id)],
  ];

  it.each(changes)("%s changes the current version after two conflicts", async (_, change) => {
    const { ports, endpointEvents, id } = await withEndpoint();
    await change(withConcurrentChanges(ports, 2), id);
    expect(endpointEvents).toHaveLength(4);
    const current = await ports.endpoints.get(orgA, id);
    expect(current?.description ?? "0").toBe("0");
  });

  it.each(changes)("%s throws `conflict` and appends no event when each attempt conflicts", async (_, change) => {
    const { ports, endpointEvents, id } = await withEndpoint();
    expect((await catchRejection(change(withConcurrentChanges(ports, 99), id))).code).toBe("conflict");
    expect(endpointEvents.filter(({ actor_user_id }) => actor_user_id !== null)).toHaveLength(1);
  });
});

it.each(["wh_0", "", "x".repeat(5_000), "wh_00000000000000000000000000000000", "__proto__"])(
  "getEndpoint throws `not_found` for an unknown or invalid id: %.40s",
  async (id) => {
    const { ports } = await withEndpoint();
    expect((await catchRejection(getEndpoint(ports, orgA, id))).message).toBe("There is no such endpoint.");
  },
);

it("getEndpoint throws `not_found` for an endpoint of another organisation", async () => {
  const { ports, id } = await withEndpoint();
  expect((await catchRejection(getEndpoint(ports, orgB, id))).message).toBe("There is no such endpoint.");
});

describe("createEndpoint and updateEndpoint with static headers", () => {
  const headers = { "X-Api-Key": "key-of-the-gateway" };
  const names = ["X-Api-Key"];
  const changesOf = (event: { changes: string | null } | undefined) => JSON.parse(event?.changes ?? "null");

  it("store the headers encrypted, and append an event with only their names", async () => {
    const { endpoint, endpointEvents, ports, id } = await withEndpoint({ headers });
    expect(endpoint.headers).toEqual({ names, sealed: expect.stringMatching(/^sealed /) });
    expect(await getEndpoint(ports, orgA, id)).toEqual(endpoint);
    expect(JSON.parse(endpointEvents[0]?.metadata ?? "")).toMatchObject({ headers: names });
    expect(JSON.stringify([endpoint, endpointEvents])).not.toContain("key-of-the-gateway");
  });

  it.each([
    ["replaced", { "X-B": "another-key" }, ["X-B"]],
    ["replaced under the same names", { "X-Api-Key": "another-key" }, names],
    ["removed by null", null, []],
    ["removed by an empty object", {}, []],
  ])("store headers that are %s, and append an event with the names before and after", async (_, patch, after) => {
    const { endpoint, endpointEvents, ports, id } = await withEndpoint({ headers });
    const { endpoint: changed } = await updateEndpoint(ports, requester, id, { headers: patch });
    expect(changed.headers?.names ?? []).toEqual(after);
    expect(changed.headers?.sealed).not.toBe(endpoint.headers?.sealed);
    expect(endpointEvents[1]?.action).toBe("WEBHOOK_ENDPOINT_UPDATED");
    expect(changesOf(endpointEvents[1])).toEqual({ headers: { old: names, new: after } });
    expect(JSON.stringify(endpointEvents)).not.toContain("key");
  });

  it("keep the headers when a patch does not mention them, and when the secret is rotated", async () => {
    const { endpoint, ports, id } = await withEndpoint({ headers });
    const patched = await updateEndpoint(ports, requester, id, { description: "New", url: endpoint.url });
    expect(patched.endpoint.headers).toEqual(endpoint.headers);
    const rotated = await rotateSecret(ports, requester, id, 60);
    expect(rotated.endpoint.headers).toEqual(endpoint.headers);
  });

  it("store nothing when the headers to remove do not exist", async () => {
    const { endpointEvents, ports, id } = await withEndpoint();
    await updateEndpoint(ports, requester, id, { headers: null });
    expect(endpointEvents).toHaveLength(1);
  });

  it.each(["https://evil.example.com/", "https://hooks.example.com/other"])(
    "require the headers again when the URL changes: %s",
    async (url) => {
      const { endpoint, endpointEvents, ports, id } = await withEndpoint({ headers });
      const error = await catchRejection(updateEndpoint(ports, requester, id, { url }));
      expect([error.code, error.context.field]).toEqual(["required_field", "headers"]);
      expect([endpointEvents.length, await getEndpoint(ports, orgA, id)]).toEqual([1, endpoint]);
      const { endpoint: moved } = await updateEndpoint(ports, requester, id, { url, headers: null });
      expect([moved.url, moved.headers]).toEqual([url, null]);
    },
  );
});
