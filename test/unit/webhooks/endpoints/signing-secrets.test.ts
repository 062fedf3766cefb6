import { describe, expect, it, vi } from "vitest";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
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
    return verifyWebhook(body, headers, decryptedSecret(ciphertext), { now: clock.now() }).then(
      () => true,
      () => false,
    );
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
    expect(await isSignedBy(fixture, "newest secret")).toBe(true);
    expect(await isSignedBy(fixture, "previous secret")).toBe(signsWithPrevious);
    expect(await isSignedBy(fixture, "another secret")).toBe(false);
  });

  it("signs the next attempt with the new secret after a rotation", async () => {
    const signers = (of: DeliveryFixture) =>
      Promise.all([defaultCiphertext, "rotated secret"].map((ciphertext) => isSignedBy(of, ciphertext)));
    const fixture = await deliveryFixture();
    fixture.receiver.respond = respondWith({ status: 500 });
    await fixture.deliver(message);
    expect(await signers(fixture)).toEqual([true, false]);
    await changeEndpoint(fixture, { secrets: [{ sealed: "rotated secret", expires_at: null }] });
    await fixture.advance(5);
    await fixture.deliver({ ...message, step: 1 });
    expect(await signers(fixture)).toEqual([false, true]);
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
