import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { dispatch } from "#clients/cli/dispatch.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { testNow } from "#test/support/builders.ts";
import { until } from "#test/support/until.ts";
import { aCommandContext } from "#test/unit/cli/command-context.ts";
import { fakeApi } from "#test/unit/cli/fake-api.ts";
import { withoutColours } from "#test/unit/cli/run-command.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const otherSecret = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;

const payload = {
  event_type: "invoice.sent",
  delivery_id: "dlv_1",
  occurred_at: "2026-05-11T08:30:12Z",
  org_id: "org_demo",
  data: {
    event_id: "evt_1",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_1",
    entity_ref: "INV-\u001b[2J1",
    actor_user_id: null,
    changes: null,
    metadata: {},
    occurred_at: "2026-05-11T08:30:12Z",
  },
};

const post = (url: string, body: string, secrets: readonly string[]) =>
  fetch(url, {
    method: "POST",
    body,
    headers: signedHeaders({ deliveryId: "dlv_1", eventType: "invoice.sent", body, secrets, now: testNow }),
  });

/** Starts to listen and waits until it does; ends with the test at the latest. */
async function listening(args: readonly string[], cwd = "/nowhere") {
  const command = aCommandContext({ cwd });
  const ended = dispatch(["webhooks", "listen", ...args], command.context);
  onTestFinished(() => command.interruption.abort());
  const url = await Promise.race([
    until(() => /Listening on (\S+)/.exec(command.stderr.join(""))?.[1]),
    ended.then(() => Promise.reject(new Error("It ended."))),
  ]);
  return { ...command, ended, url };
}

describe("webhooks listen", () => {
  it("shows each delivery, and responds depending on its signature", async () => {
    const { url, shown, ended, interruption } = await listening(["--secret", secret]);
    const body = JSON.stringify(payload);
    expect((await post(url, body, [secret])).status).toBe(204);
    expect((await post(url, body, [otherSecret])).status).toBe(400);
    expect((await post(url, body, [otherSecret, secret])).status).toBe(204);
    expect((await fetch(url)).status).toBe(400);
    expect(shown.map(({ text }) => withoutColours(text))).toEqual([
      "12:00:30  invoice.sent              INV-·[2J1           dlv_1  verified",
      expect.stringMatching(/^12:00:30 {2}invoice\.sent +- +dlv_1 {2}not verified: No signature matches/),
      expect.stringContaining("verified"),
      expect.stringMatching(/^12:00:30 {2}- +- +- {2}not verified: The header \S+ is missing\.$/),
    ]);
    expect(shown.slice(0, 2).map(({ json }) => json)).toEqual([
      {
        received_at: testNow.toISOString(),
        event_type: "invoice.sent",
        entity_ref: "INV-\u001b[2J1",
        delivery_id: "dlv_1",
        verified: true,
        test: false,
        reason: null,
        // As earlier releases sent it, without the two fields.
        payload: { ...payload, sequence: null, sealed_at: null },
      },
      expect.objectContaining({ verified: false, payload: null, entity_ref: null }),
    ]);
    interruption.abort();
    expect(await ended).toBeNull();
    await expect(fetch(url)).rejects.toThrow();
  });

  it("rejects a body above the maximum size of a delivery, without showing it", async () => {
    const { url, shown } = await listening(["--secret", secret]);
    expect((await fetch(url, { method: "POST", body: "x".repeat(1_200_000) })).status).toBe(413);
    expect(shown).toEqual([]);
  });

  it("creates an endpoint for the listener, and deletes it on interruption", async () => {
    const { cwd, requests } = await fakeApi({
      "POST /webhooks/endpoints": { status: 201, body: { endpoint: { endpoint_id: "wh_1", secret } } },
      "DELETE /webhooks/endpoints/wh_1": {},
    });
    const { url, ended, interruption } = await listening(["--events", "invoice.*"], cwd);
    expect(requests[0]?.body).toEqual({ url, events: ["invoice.*"], description: "webhooks listen" });
    expect((await post(url, JSON.stringify(payload), [secret])).status).toBe(204);
    interruption.abort();
    expect(await ended).toBeNull();
    expect(requests.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`)).toEqual([
      "POST endpoints",
      "DELETE wh_1",
    ]);
  });

  it("reports the endpoint that it could not delete", async () => {
    const { cwd } = await fakeApi({
      "POST /webhooks/endpoints": { status: 201, body: { endpoint: { endpoint_id: "wh_1", secret } } },
    });
    const { ended, interruption } = await listening([], cwd);
    interruption.abort();
    await expect(ended).rejects.toThrow(/webhooks delete wh_1$/);
  });

  it("fails when the port is in use, before it creates an endpoint", async () => {
    const { cwd, requests } = await fakeApi({});
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    const port = await until(() => {
      const address = taken.address();
      return typeof address === "object" && address?.port;
    });
    const listen = dispatch(["webhooks", "listen", "--port", String(port)], aCommandContext({ cwd }).context);
    await expect(listen).rejects.toThrow(/EADDRINUSE.*--port/);
    expect(requests).toEqual([]);
  });

  it.each([
    [["--secret", "whsec_short"], /Invalid signing secret/],
    [["--secret", secret, "--events", "*"], /Remove --events/],
    [["--port", "70000"], /^--port must be a number/],
    [["--stack", "activity-log-prod"], /cannot reach 127\.0\.0\.1.*tunnel/],
  ])("rejects %j and says what to do", async (args, message) => {
    const listen = dispatch(["webhooks", "listen", ...args], aCommandContext().context);
    await expect(listen).rejects.toMatchObject({ exit: 2, message: expect.stringMatching(message) });
  });
});
