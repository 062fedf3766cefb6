import { describe, expect, it, vi } from "vitest";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { deliveryFixtureRespondingWith } from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const headers = { "X-Api-Key": "key-of-the-gateway", Authorization: "Basic dXNlcjpwYXNz" };
const sealed = { names: Object.keys(headers), sealed: JSON.stringify(headers) };

describe("the headers of an endpoint", () => {
  it("are sent with each attempt besides the standard headers", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204 }, { headers: sealed });
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    const [received] = fixture.received;
    expect(received?.headers).toMatchObject({ ...headers, "webhook-id": message.delivery_id });
    expect(Object.keys(received?.headers ?? {})).toHaveLength(9 + 2);
  });

  it("are sent with a test", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204 }, { headers: sealed });
    await fixture.deliver({ ...message, event: null, urgent: true });
    expect(fixture.received[0]?.headers).toMatchObject(headers);
  });

  it("do not replace standard headers", async () => {
    const forged = { "webhook-id": "forged", "Webhook-Signature": "v1,forged", "x-aibooks-event": "forged" };
    const fixture = await deliveryFixtureRespondingWith(
      {},
      { headers: { names: ["X-A"], sealed: JSON.stringify(forged) } },
    );
    await fixture.deliver(message);
    expect(JSON.stringify(fixture.received[0]?.headers)).not.toContain("forged");
  });

  it("are redacted in stored attempts when the receiver repeats them", async () => {
    const fixture = await deliveryFixtureRespondingWith(
      { status: 401, headers: { "x-got": headers.Authorization }, body: `unknown key ${headers["X-Api-Key"]}` },
      { headers: sealed },
    );
    await fixture.deliver(message);
    const attempts = await fixture.attemptsOf(message);
    expect(attempts).toMatchObject([{ status: 401, headers: { "x-got": "…" }, body: "unknown key …" }]);
    expect(JSON.stringify([attempts, fixture.endpointEvents, fixture.scheduled])).not.toMatch(
      /key-of-the-gateway|dXNlcjpwYXNz/,
    );
  });

  it("reject the message and reveal nothing when they are damaged", async () => {
    const fixture = await deliveryFixtureRespondingWith(
      {},
      { headers: { names: ["X-Api-Key"], sealed: '{"X-Api-Key":"key-of' } },
    );
    expect(await fixture.deliver(message)).toEqual(["rejected"]);
    expect(fixture.received).toEqual([]);
  });

  it("are not decrypted for an endpoint without headers", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204 });
    const open = vi.spyOn(fixture.ports.encryption, "decrypt");
    await fixture.deliver(message);
    expect(open.mock.calls.map(([, , content = "secret"]) => content)).toEqual(["secret"]);
  });
});
