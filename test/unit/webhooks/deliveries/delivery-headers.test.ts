import { describe, expect, it, vi } from "vitest";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { deliveryFixtureRespondingWith } from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const headers = { "X-Api-Key": "key-of-the-gateway", Authorization: "Basic dXNlcjpwYXNz" };
const encryptedHeaders = { names: Object.keys(headers), sealed: JSON.stringify(headers) };

describe("deliverBatch to an endpoint with static headers", () => {
  it("sends them with each attempt besides the standard headers", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204 }, { headers: encryptedHeaders });
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    const [received] = fixture.received;
    expect(received?.headers).toMatchObject({ ...headers, "webhook-id": message.delivery_id });
    expect(Object.keys(received?.headers ?? {})).toHaveLength(9 + 2);
  });

  it("sends them with a test delivery", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204 }, { headers: encryptedHeaders });
    await fixture.deliver({ ...message, event: null, urgent: true });
    expect(fixture.received[0]?.headers).toMatchObject(headers);
  });

  it("does not let them replace standard headers", async () => {
    const forged = { "webhook-id": "forged", "Webhook-Signature": "v1,forged", "x-aibooks-event": "forged" };
    const fixture = await deliveryFixtureRespondingWith(
      {},
      { headers: { names: ["X-A"], sealed: JSON.stringify(forged) } },
    );
    await fixture.deliver(message);
    expect(JSON.stringify(fixture.received[0]?.headers)).not.toContain("forged");
  });

  it("redacts them in stored attempts when the receiver repeats them", async () => {
    const fixture = await deliveryFixtureRespondingWith(
      { status: 401, headers: { "x-got": headers.Authorization }, body: `unknown key ${headers["X-Api-Key"]}` },
      { headers: encryptedHeaders },
    );
    await fixture.deliver(message);
    const attempts = await fixture.attemptsOf(message);
    expect(attempts).toMatchObject([{ status: 401, headers: { "x-got": "…" }, body: "unknown key …" }]);
    expect(JSON.stringify([attempts, fixture.endpointEvents, fixture.scheduled])).not.toMatch(
      /key-of-the-gateway|dXNlcjpwYXNz/,
    );
  });

  it("fails the batch item and reveals nothing when the stored headers are damaged", async () => {
    const fixture = await deliveryFixtureRespondingWith(
      {},
      { headers: { names: ["X-Api-Key"], sealed: '{"X-Api-Key":"key-of' } },
    );
    expect(await fixture.deliver(message)).toEqual(["batch_item_failure"]);
    expect(fixture.received).toEqual([]);
  });

  it("decrypts no headers when the endpoint has none", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204 });
    const decrypt = vi.spyOn(fixture.ports.encryption, "decrypt");
    await fixture.deliver(message);
    expect(decrypt.mock.calls.map(([, , content = "secret"]) => content)).toEqual(["secret"]);
  });
});
