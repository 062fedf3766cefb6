import { describe, expect, it } from "vitest";
import { endpointDisabledEvent } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import { createEndpoint, deleteEndpoint, getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { managementPorts, orgA, orgB } from "#test/support/api/webhooks-dialect.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { endpointSettings, managementFixture, requester } from "#test/support/webhooks/management-fixture.ts";

const at = testNow.toISOString();

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
    const { ports, endpointEvents, endpoint, secret } = await managementFixture({
      entity_id: "inv_1",
      description: "Ledger",
    });
    expect(endpoint).toEqual({
      endpoint_id: expect.stringMatching(/^wh_[0-9a-f]{32}$/),
      org_id: orgA,
      url: endpointSettings().url,
      events: ["invoice.*"],
      entity_id: "inv_1",
      description: "Ledger",
      secrets: [{ sealed: expect.stringContaining("ciphertext"), expires_at: null }],
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
    expect((await managementFixture({ enabled: false })).endpoint.disabled).toEqual({ reason: "owner", at });
  });

  it.each(["http://hooks.example.com", "https://10.0.0.1/", "https://own.example.com/x", "ftp://x", ""])(
    "rejects the URL %j and stores nothing",
    async (url) => {
      const { ports, endpointEvents } = managementPorts();
      const error = await catchRejection(createEndpoint(ports, requester, endpointSettings({ url })));
      expect([error.code, error.context.field, endpointEvents]).toEqual(["invalid_value", "url", []]);
    },
  );

  it("creates another id and another secret each time", async () => {
    const { ports } = managementPorts();
    const made = await Promise.all(
      Array.from({ length: 20 }, () => createEndpoint(ports, requester, endpointSettings())),
    );
    expect(new Set(made.flatMap(({ endpoint, secret }) => [endpoint.endpoint_id, secret])).size).toBe(40);
  });
});

it("deleteEndpoint removes the endpoint and appends an event", async () => {
  const { ports, endpointEvents, id } = await managementFixture();
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
    const { ports, endpointEvents, id } = await managementFixture();
    await change(withConcurrentChanges(ports, 2), id);
    expect(endpointEvents).toHaveLength(4);
    const current = await ports.endpoints.get(orgA, id);
    expect(current?.description ?? "0").toBe("0");
  });

  it.each(changes)("%s throws `conflict` and appends no event when each attempt conflicts", async (_, change) => {
    const { ports, endpointEvents, id } = await managementFixture();
    expect((await catchRejection(change(withConcurrentChanges(ports, 99), id))).code).toBe("conflict");
    expect(endpointEvents.filter(({ actor_user_id }) => actor_user_id !== null)).toHaveLength(1);
  });
});

it.each(["wh_0", "", "x".repeat(5_000), "wh_00000000000000000000000000000000", "__proto__"])(
  "getEndpoint throws `not_found` for an unknown or invalid id: %.40s",
  async (id) => {
    const { ports } = await managementFixture();
    expect((await catchRejection(getEndpoint(ports, orgA, id))).message).toBe("There is no such endpoint.");
  },
);

it("getEndpoint throws `not_found` for an endpoint of another organisation", async () => {
  const { ports, id } = await managementFixture();
  expect((await catchRejection(getEndpoint(ports, orgB, id))).message).toBe("There is no such endpoint.");
});
