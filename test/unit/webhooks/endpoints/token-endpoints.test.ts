import { describe, expect, it } from "vitest";
import { handleAdminRequest } from "#shared/auth/admin/admin.ts";
import { createEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import { tokenEndpoints } from "#shared/webhooks/endpoints/token-endpoints.ts";
import { updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { managementPorts, orgA, orgB } from "#test/support/api/webhooks-dialect.ts";
import { anEndpoint, anEvent, aToken, testNow } from "#test/support/builders.ts";
import { memoryViewerKeys } from "#test/support/memory/viewer-keys.ts";

const leaked = `tok_${"a".repeat(32)}`;
const other = `tok_${"b".repeat(32)}`;

const by = (token_id: string, org_id = orgA) => ({ org_id, token_id, user_id: null, request_id: "req" });
const settings = { events: ["*"], entity_id: null, description: null, enabled: true, headers: null };

async function anOrgWithEndpoints() {
  const { ports, endpointEvents } = managementPorts();
  const create = async (token_id: string, n: number, org_id = orgA) =>
    (await createEndpoint(ports, by(token_id, org_id), { ...settings, url: `https://r${n}.example/secret` })).endpoint;
  const made = await create(leaked, 1);
  const untouched = await create(other, 2);
  const changed = await create(other, 3);
  const rotated = await create(other, 4);
  await updateEndpoint(ports, by(leaked), changed.endpoint_id, { url: "https://evil.example/hook" });
  await updateEndpoint(ports, by(other), changed.endpoint_id, { description: "seen" });
  await rotateSecret(ports, by(leaked), rotated.endpoint_id, 0);
  const old = anEndpoint({ org_id: orgA, endpoint_id: `wh_${"0".repeat(32)}`, created_by: null });
  await ports.endpoints.create(old, anEvent());
  const foreign = await create(leaked, 5, orgB);
  const store = { revokeToken: async (_: string, at: string) => aToken({ org_ids: [orgA], revoked_at: at }) };
  const revoke = async (with_endpoints?: boolean) => {
    const context = {
      endpoints: tokenEndpoints({ ...ports, now: () => testNow }),
      viewerKeys: memoryViewerKeys(),
      now: testNow,
      random: new Uint8Array(20),
    };
    const unused = async () => {
      throw new Error("Unexpected call.");
    };
    const rest = { createOrg: unused, updateOrg: unused, suspendOrg: unused, listOrgs: unused, createToken: unused };
    const response = await handleAdminRequest(
      { ...context, store: { ...rest, listTokens: unused, ...store } },
      { action: "token.revoke", token_id: leaked, with_endpoints },
    );
    if (!("endpoints" in response)) throw new Error("The response lists no endpoints.");
    return new Map(response.endpoints.map((endpoint) => [endpoint.endpoint_id, endpoint]));
  };
  return { ports, endpointEvents, made, untouched, changed, rotated, old, foreign, revoke };
}

describe("handleAdminRequest for token.revoke", () => {
  it("lists the endpoints that the token created or changed, by origin only, and those of unknown creators", async () => {
    const { made, untouched, changed, rotated, old, foreign, revoke } = await anOrgWithEndpoints();
    const listed = await revoke();
    expect(listed.get(made.endpoint_id)).toEqual({
      org_id: orgA,
      endpoint_id: made.endpoint_id,
      origin: "https://r1.example",
      relation: "created",
      status: "enabled",
    });
    expect(listed.get(changed.endpoint_id)).toMatchObject({ relation: "changed", origin: "https://evil.example" });
    expect(listed.get(rotated.endpoint_id)).toMatchObject({ relation: "changed", status: "enabled" });
    expect(listed.get(old.endpoint_id)).toMatchObject({ relation: "unknown" });
    expect([untouched, foreign].some(({ endpoint_id }) => listed.has(endpoint_id))).toBe(false);
  });

  it("disables only the endpoints that the token created or changed when requested, also when repeated", async () => {
    const { ports, endpointEvents, made, untouched, changed, rotated, old, foreign, revoke } =
      await anOrgWithEndpoints();
    const before = endpointEvents.length;
    for (let n = 0; n < 2; n++) {
      const listed = await revoke(true);
      const disabled = [...listed.values()].filter(({ status }) => status === "disabled");
      expect(new Set(disabled.map(({ endpoint_id }) => endpoint_id))).toEqual(
        new Set([made, changed, rotated].map(({ endpoint_id }) => endpoint_id)),
      );
    }
    expect((await ports.endpoints.get(orgA, made.endpoint_id))?.disabled?.reason).toBe("token_revoked");
    for (const { org_id, endpoint_id } of [untouched, old, foreign]) {
      expect((await ports.endpoints.get(org_id, endpoint_id))?.disabled).toBeNull();
    }
    expect(endpointEvents.slice(before).map(({ action }) => action)).toEqual(
      Array(3).fill("WEBHOOK_ENDPOINT_DISABLED"),
    );
  });
});
