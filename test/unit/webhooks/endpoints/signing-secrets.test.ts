import { describe, expect, it, vi } from "vitest";
import { verifyWebhook } from "#shared/webhooks/sending/verify.ts";
import { aDeliveryMessage, anEndpoint } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import {
  changeEndpoint,
  type DeliveryFixture,
  decryptedSecret,
  deliveryFixture,
  respondWith,
} from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();

/** The encrypted secret of the endpoint that `deliveryFixture` creates by default. */
const defaultCiphertext = anEndpoint().secrets[0]?.sealed ?? "";
const inSeconds = (seconds: number) => secondsLater(seconds).toISOString();

describe("deliverBatch, signing secrets", () => {
  const secrets = [
    { sealed: "newest secret", expires_at: null },
    { sealed: "previous secret", expires_at: inSeconds(60) },
  ];
  const isSignedBy = ({ received, clock }: DeliveryFixture, ciphertext: string) => {
    const { headers, body } = received.at(-1) ?? { headers: {}, body: "" };
    try {
      return verifyWebhook(headers, body, decryptedSecret(ciphertext), clock.now()).delivery_id !== "";
    } catch {
      return false;
    }
  };

  it.each([
    [0, true],
    [59.999, true],
    [60, false],
    [3_600, false],
  ])("signs with the previous secret only until it expires: after %d s", async (seconds, signsWithPrevious) => {
    const fixture = await deliveryFixture({ secrets });
    await fixture.advance(seconds);
    await fixture.deliver(message);
    expect([isSignedBy(fixture, "newest secret"), isSignedBy(fixture, "previous secret")]).toEqual([
      true,
      signsWithPrevious,
    ]);
    expect(isSignedBy(fixture, "another secret")).toBe(false);
  });

  it("signs the next attempt with the new secret after a rotation", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = respondWith({ status: 500 });
    await fixture.deliver(message);
    expect([isSignedBy(fixture, defaultCiphertext), isSignedBy(fixture, "rotated secret")]).toEqual([true, false]);
    await changeEndpoint(fixture, { secrets: [{ sealed: "rotated secret", expires_at: null }] });
    await fixture.advance(5);
    await fixture.deliver({ ...message, step: 1 });
    expect([isSignedBy(fixture, defaultCiphertext), isSignedBy(fixture, "rotated secret")]).toEqual([false, true]);
  });

  it("decrypts the secret with the endpoint as encryption context", async () => {
    const fixture = await deliveryFixture();
    const decrypt = vi.spyOn(fixture.ports.encryption, "decrypt");
    await fixture.deliver(message);
    expect(decrypt).toHaveBeenCalledExactlyOnceWith(
      defaultCiphertext,
      expect.objectContaining({ endpoint_id: message.endpoint_id }),
    );
  });
});
