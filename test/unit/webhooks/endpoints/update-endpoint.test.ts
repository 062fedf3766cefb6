import { describe, expect, it } from "vitest";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointDisabledEvent } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import { getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import { updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { orgA } from "#test/support/api/webhooks-dialect.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { endpointSettings, managementFixture, requester } from "#test/support/webhooks/management-fixture.ts";

const at = testNow.toISOString();

describe("updateEndpoint", () => {
  it("stores the changed settings, increments the version, and appends an event without URL paths", async () => {
    const { ports, endpointEvents, id, endpoint, advance } = await managementFixture();
    advance(60);
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
    const { ports, endpointEvents, id } = await managementFixture();
    await updateEndpoint(ports, requester, id, { url: "https://hooks.example.com/other?key=hidden" });
    const origin = "https://hooks.example.com";
    expect(JSON.parse(endpointEvents[1]?.changes ?? "")).toEqual({ url: { old: origin, new: origin } });
    expect(JSON.stringify(endpointEvents)).not.toMatch(/hidden|\/other/);
  });

  it.each([{}, { events: ["invoice.*"] }, { enabled: true }, endpointSettings()])(
    "stores nothing when the settings stay the same: %j",
    async (patch) => {
      const { ports, endpointEvents, id, endpoint, advance } = await managementFixture();
      advance(60);
      expect(await updateEndpoint(ports, requester, id, patch)).toEqual({ endpoint, missed: null });
      expect(endpointEvents).toHaveLength(1);
    },
  );

  it("clears settings that are null", async () => {
    const { ports, id } = await managementFixture({ entity_id: "inv_1", description: "Ledger" });
    const { endpoint } = await updateEndpoint(ports, requester, id, { entity_id: null, description: null });
    expect([endpoint.entity_id, endpoint.description]).toEqual([null, null]);
  });

  it("rejects an invalid URL and changes nothing", async () => {
    const { ports, endpointEvents, id, endpoint } = await managementFixture();
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
    const { ports, endpointEvents, id } = await managementFixture();
    const { endpoint } = await updateEndpoint(ports, requester, id, { enabled: false, description: "Off" });
    expect(endpoint.disabled).toEqual({ reason: "owner", at });
    expect(endpointEvents[1]?.action).toBe("WEBHOOK_ENDPOINT_DISABLED");
    expect(JSON.parse(endpointEvents[1]?.changes ?? "").status).toEqual({ old: "enabled", new: "disabled" });
    expect(JSON.parse(endpointEvents[1]?.metadata ?? "")).toMatchObject({ source: "PUBLIC_API", reason: "owner" });
  });

  it("keeps the reason of an endpoint that is disabled already", async () => {
    const { ports, endpointEvents, id, endpoint } = await managementFixture();
    const gone: Endpoint = { ...endpoint, disabled: { reason: "gone", at }, version: 2 };
    await ports.endpoints.update(endpoint, gone, endpointDisabledEvent(endpoint, "gone", at));
    expect((await updateEndpoint(ports, requester, id, { enabled: false })).endpoint.disabled?.reason).toBe("gone");
    expect(endpointEvents).toHaveLength(2);
  });

  it("returns the missed range, resets failures and keeps the secrets when it enables the endpoint", async () => {
    const { ports, endpointEvents, id, endpoint, advance } = await managementFixture({ enabled: false });
    const lease = { id: "l", permits: 1, expiresAt: 9 };
    await ports.health.acquire(id, lease, 0);
    await ports.health.update(id, initialHealth, { ...failing, last_success_at: 5 });
    advance(3_600);
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
      const { ports, id, advance } = await managementFixture({ enabled: false });
      advance(seconds);
      const { missed } = await updateEndpoint(ports, requester, id, { enabled: true });
      expect(missed).toMatchObject({ since: threeDaysBefore, only });
    },
  );

  it.each([
    ["another URL", { url: "https://moved.example.com/" }, initialHealth.failures],
    ["another description", { description: "New" }, 40],
  ])("resets the failures only when the URL changes: %s", async (_, patch, failures) => {
    const { ports, id } = await managementFixture();
    await ports.health.update(id, initialHealth, failing);
    await updateEndpoint(ports, requester, id, patch);
    expect((await ports.health.get(id)).failures).toBe(failures);
  });

  it("throws `conflict` and keeps the endpoint disabled when its health cannot be reset", async () => {
    const { ports, id } = await managementFixture({ enabled: false });
    const conflicting = { ...ports, health: { ...ports.health, update: async () => false } };
    const error = await catchRejection(updateEndpoint(conflicting, requester, id, { enabled: true }));
    expect(error.code).toBe("conflict");
    expect((await getEndpoint(ports, orgA, id)).disabled).not.toBeNull();
  });

  it("endpointDisabledEvent contains no actor and no path of the URL", async () => {
    const { endpoint } = await managementFixture();
    const event = endpointDisabledEvent(endpoint, "failing", at);
    expect(event).toMatchObject({ action: "WEBHOOK_ENDPOINT_DISABLED", actor_user_id: null, occurred_at: at });
    expect(JSON.parse(event.metadata)).toEqual({
      source: "WEBHOOKS",
      reason: "failing",
      url: "https://hooks.example.com",
    });
  });
});

describe("createEndpoint and updateEndpoint with static headers", () => {
  const headers = { "X-Api-Key": "key-of-the-gateway" };
  const names = ["X-Api-Key"];
  const changesOf = (event: { changes: string | null } | undefined) => JSON.parse(event?.changes ?? "null");

  it("store the headers encrypted, and append an event with only their names", async () => {
    const { endpoint, endpointEvents, ports, id } = await managementFixture({ headers });
    expect(endpoint.headers).toEqual({ names, sealed: expect.stringMatching(/^ciphertext /) });
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
    const { endpoint, endpointEvents, ports, id } = await managementFixture({ headers });
    const { endpoint: changed } = await updateEndpoint(ports, requester, id, { headers: patch });
    expect(changed.headers?.names ?? []).toEqual(after);
    expect(changed.headers?.sealed).not.toBe(endpoint.headers?.sealed);
    expect(endpointEvents[1]?.action).toBe("WEBHOOK_ENDPOINT_UPDATED");
    expect(changesOf(endpointEvents[1])).toEqual({ headers: { old: names, new: after } });
    expect(JSON.stringify(endpointEvents)).not.toContain("key");
  });

  it("keep the headers when a patch does not mention them, and when the secret is rotated", async () => {
    const { endpoint, ports, id } = await managementFixture({ headers });
    const patched = await updateEndpoint(ports, requester, id, { description: "New", url: endpoint.url });
    expect(patched.endpoint.headers).toEqual(endpoint.headers);
    const rotated = await rotateSecret(ports, requester, id, 60);
    expect(rotated.endpoint.headers).toEqual(endpoint.headers);
  });

  it("store nothing when the headers to remove do not exist", async () => {
    const { endpointEvents, ports, id } = await managementFixture();
    await updateEndpoint(ports, requester, id, { headers: null });
    expect(endpointEvents).toHaveLength(1);
  });

  it.each(["https://evil.example.com/", "https://hooks.example.com/other"])(
    "require the headers again when the URL changes: %s",
    async (url) => {
      const { endpoint, endpointEvents, ports, id } = await managementFixture({ headers });
      const error = await catchRejection(updateEndpoint(ports, requester, id, { url }));
      expect([error.code, error.context.field]).toEqual(["required_field", "headers"]);
      expect([endpointEvents.length, await getEndpoint(ports, orgA, id)]).toEqual([1, endpoint]);
      const { endpoint: moved } = await updateEndpoint(ports, requester, id, { url, headers: null });
      expect([moved.url, moved.headers]).toEqual([url, null]);
    },
  );
});
