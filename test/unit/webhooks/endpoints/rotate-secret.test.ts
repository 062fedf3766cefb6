import { describe, expect, it } from "vitest";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import { managementFixture, requester } from "#test/support/webhooks/management-fixture.ts";

describe("rotateSecret", () => {
  it("keeps the old secret valid for the requested overlap", async () => {
    const { ports, endpointEvents, id, endpoint, secret } = await managementFixture();
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
    const { ports, id } = await managementFixture();
    await rotateSecret(ports, requester, id, 3_600);
    expect((await rotateSecret(ports, requester, id, 0)).endpoint.secrets).toHaveLength(1);
  });

  it("never extends an older secret, and drops expired ones", async () => {
    const { ports, id, advance } = await managementFixture();
    await rotateSecret(ports, requester, id, 60);
    advance(30);
    const { endpoint } = await rotateSecret(ports, requester, id, 3_600);
    const ends = endpoint.secrets.map(({ expires_at }) => expires_at);
    expect(ends).toEqual([null, "2026-06-01T13:01:00.000Z", "2026-06-01T12:01:30.000Z"]);
    advance(30);
    const { endpoint: next } = await rotateSecret(ports, requester, id, 3_600);
    expect(next.secrets.map(({ expires_at }) => expires_at)).toEqual([
      null,
      "2026-06-01T13:01:30.000Z",
      "2026-06-01T13:01:00.000Z",
    ]);
  });

  it("keeps at most the three newest secrets", async () => {
    const { ports, id } = await managementFixture();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { endpoint } = await rotateSecret(ports, requester, id, 3_600);
      made.unshift(endpoint.secrets[0]?.sealed ?? "");
      expect(endpoint.secrets.map(({ sealed }) => sealed).slice(0, made.length)).toEqual(made.slice(0, 3));
    }
  });
});
