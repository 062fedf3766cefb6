import { describe, expect, it, vi } from "vitest";
import { verify } from "#shared/webhooks/sending/verify.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/delivery-builders.ts";
import { aDeliveryWorld, answering, opened } from "#test/support/delivery-ports.ts";
import { change, type World } from "#test/support/mutable-events.ts";

const message = aDeliveryMessage();
const inSeconds = (seconds: number) => secondsLater(seconds).toISOString();

describe("secrets", () => {
  const secrets = [
    { sealed: "newest", expires_at: null },
    { sealed: "older", expires_at: inSeconds(60) },
  ];
  const isSignedBy = ({ received, clock }: World, sealed: string) => {
    const { headers, body } = received.at(-1) ?? { headers: {}, body: "" };
    try {
      return verify(headers, body, opened(sealed), clock.now()).delivery_id !== "";
    } catch {
      return false;
    }
  };

  it.each([
    [0, true],
    [59.999, true],
    [60, false],
    [3_600, false],
  ])("sign while they overlap, and the older no longer: after %d s", async (seconds, olderSigns) => {
    const world = await aDeliveryWorld({ secrets });
    await world.later(seconds);
    await world.deliver(message);
    expect([isSignedBy(world, "newest"), isSignedBy(world, "older")]).toEqual([true, olderSigns]);
    expect(isSignedBy(world, "another")).toBe(false);
  });

  it("sign the next attempt once they are rotated", async () => {
    const world = await aDeliveryWorld();
    world.receiver.answer = answering({ status: 500 });
    await world.deliver(message);
    expect([isSignedBy(world, "sealed"), isSignedBy(world, "rotated")]).toEqual([true, false]);
    await change(world, { secrets: [{ sealed: "rotated", expires_at: null }] });
    await world.later(5);
    await world.deliver({ ...message, step: 1 });
    expect([isSignedBy(world, "sealed"), isSignedBy(world, "rotated")]).toEqual([false, true]);
  });

  it("are opened for the endpoint they belong to", async () => {
    const world = await aDeliveryWorld();
    const open = vi.spyOn(world.world.box, "open");
    await world.deliver(message);
    expect(open).toHaveBeenCalledExactlyOnceWith(
      "sealed",
      expect.objectContaining({ endpoint_id: message.endpoint_id }),
    );
  });
});
