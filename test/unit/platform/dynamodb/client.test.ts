import { expect, it } from "vitest";
import { connectionTimeoutMs, defaultTimeouts } from "#shared/platform/dynamodb/client.ts";
import { overlapMs } from "#shared/webhooks/endpoints/endpoint-cache.ts";

/** The SDK's longest first pause between attempts. Each further one is twice as long. */
const firstPauseMs = 100;

/** The part of the overlap of polls that is reserved for differing clocks. */
const clockSkewMs = 17_000;

it("defaultTimeouts end a call within the overlap of the polls of endpoint changes", () => {
  const { maxAttempts, requestTimeoutMs } = defaultTimeouts;
  const pauses = Array.from({ length: maxAttempts - 1 }, (_, n) => firstPauseMs * 2 ** n);
  const longest = maxAttempts * (connectionTimeoutMs + requestTimeoutMs) + pauses.reduce((sum, each) => sum + each, 0);
  expect(longest).toBeLessThanOrEqual(13_000);
  expect(overlapMs - longest).toBeGreaterThanOrEqual(clockSkewMs);
});
