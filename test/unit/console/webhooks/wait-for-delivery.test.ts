import { describe, expect, it, vi } from "vitest";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { waitForDelivery } from "#clients/console/webhooks/deliveries/wait-for-delivery.ts";
import { aListedDelivery } from "#test/support/console/webhooks.ts";

type Delivery = Schemas["WebhookDeliveryWithAttempts"];

const { signal } = new AbortController();
const noWait = async () => undefined;

function aDelivery(status: Delivery["status"], attempts: number): Delivery {
  const response = { response_status: 200, response_headers: {}, response_body: "", response_truncated: false };
  const attempt = { number: 1, at: "2026-05-11T08:30:12.000Z", outcome: "succeeded", duration_ms: 3 } as const;
  return {
    ...aListedDelivery({ status }),
    attempts: Array.from({ length: attempts }, () => ({ ...attempt, ...response, error: null, message: null })),
  };
}

describe("waitForDelivery", () => {
  it("returns a state that is not older than the attempt", async () => {
    const get = vi.fn<() => Promise<Delivery>>();
    for (const delivery of [aDelivery("failed", 1), aDelivery("failed", 2), aDelivery("succeeded", 2)]) {
      get.mockResolvedValueOnce(delivery);
    }
    expect(await waitForDelivery(get, signal, 1, noWait)).toMatchObject({ status: "succeeded" });
  });

  it("returns a new delivery that failed without an attempt", async () => {
    const failed = aDelivery("failed", 0);
    expect(await waitForDelivery(async () => failed, signal, 0, noWait)).toBe(failed);
  });

  it("returns null when no attempt ends", async () => {
    const waits = vi.fn(noWait);
    expect(await waitForDelivery(async () => aDelivery("pending", 0), signal, 0, waits)).toBeNull();
    expect(waits).toHaveBeenCalledTimes(12);
  });
});
