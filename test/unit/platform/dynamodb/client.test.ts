import { expect, it } from "vitest";
import { connectionTimeoutMs, defaultTimeouts } from "#shared/platform/dynamodb/client.ts";
import { overlapMs } from "#shared/webhooks/endpoints/endpoint-cache.ts";

/** The SDK's pauses between attempts after a timeout, at most: doubled from this one on. */
const firstPauseMs = 100;

/** What polls of the log of changes leave for clocks that differ. */
const clockSkewMs = 17_000;

it("a call to DynamoDB ends early enough for the overlap of the polls of the log of changes", () => {
  const { maxAttempts, requestTimeoutMs } = defaultTimeouts;
  const pauses = Array.from({ length: maxAttempts - 1 }, (_, n) => firstPauseMs * 2 ** n);
  const longest = maxAttempts * (connectionTimeoutMs + requestTimeoutMs) + pauses.reduce((sum, each) => sum + each, 0);
  expect(longest).toBeLessThanOrEqual(13_000);
  expect(overlapMs - longest).toBeGreaterThanOrEqual(clockSkewMs);
});
