import { describe, expect, it, vi } from "vitest";
import { verifyWebhook } from "#shared/webhooks/sending/verify.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import {
  changeEndpoint,
  type DeliveryFixture,
  decryptedSecret,
  deliveryFixture,
  respondWith,
} from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const inSeconds = (seconds: number) => secondsLater(seconds).toISOString();

describe("deliverBatch and the signing secrets of an endpoint", () => {
  const secrets = [
    { sealed: "newest", expires_at: null },
    { sealed: "older", expires_at: inSeconds(60) },
  ];
  const isSignedBy = ({ received, clock }: DeliveryFixture, sealed: string) => {
    const { headers, body } = received.at(-1) ?? { headers: {}, body: "" };
    try {
      return verifyWebhook(headers, body, decryptedSecret(sealed), clock.now()).delivery_id !== "";
    } catch {
      return false;
    }
  };

  it.each([
    [0, true],
    [59.999, true],
    [60, false],
    [3_600, false],
  ])("signs with the older secret only until it expires: after %d s", async (seconds, olderSigns) => {
    const fixture = await deliveryFixture({ secrets });
    await fixture.advance(seconds);
    await fixture.deliver(message);
    expect([isSignedBy(fixture, "newest"), isSignedBy(fixture, "older")]).toEqual([true, olderSigns]);
    expect(isSignedBy(fixture, "another")).toBe(false);
  });

  it("signs the next attempt with the new secret after a rotation", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = respondWith({ status: 500 });
    await fixture.deliver(message);
    expect([isSignedBy(fixture, "sealed"), isSignedBy(fixture, "rotated")]).toEqual([true, false]);
    await changeEndpoint(fixture, { secrets: [{ sealed: "rotated", expires_at: null }] });
    await fixture.advance(5);
    await fixture.deliver({ ...message, step: 1 });
    expect([isSignedBy(fixture, "sealed"), isSignedBy(fixture, "rotated")]).toEqual([false, true]);
  });

  it("decrypts the secret in the context of its endpoint", async () => {
    const fixture = await deliveryFixture();
    const decrypt = vi.spyOn(fixture.ports.encryption, "decrypt");
    await fixture.deliver(message);
    expect(decrypt).toHaveBeenCalledExactlyOnceWith(
      "sealed",
      expect.objectContaining({ endpoint_id: message.endpoint_id }),
    );
  });
});
