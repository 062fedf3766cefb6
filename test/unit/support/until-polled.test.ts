import { afterAll, expect, it, vi } from "vitest";

vi.mock("node:timers/promises", () => ({
  setTimeout: async (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds),
}));

// Other test files of this worker need the modules with the real timers.
vi.resetModules();
afterAll(() => vi.resetModules());
const { untilPolled } = await import("#test/support/test-environment.ts");

/** Returns how many seconds `untilPolled` waits for a stack that polls its queues after so many seconds. */
async function secondsWaited(seconds: number): Promise<number> {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.stubEnv("TEST_SLOWNESS", "1");
  try {
    const start = Date.now();
    const isPolled = () => Date.now() - start >= seconds * 1_000;
    await untilPolled({
      tenant: async () => ({ org_id: "org_a", token: "token", headers: {}, slug: "a" }),
      ingest: async () => ["message"],
      get: async () => Response.json({ activity: isPolled() ? [{}] : [] }),
    });
    return (Date.now() - start) / 1_000;
  } finally {
    vi.useRealTimers();
  }
}

it("untilPolled waits up to five minutes until Lambda polls the queues of a new stack", async () => {
  expect(await secondsWaited(240)).toBe(240);
  await expect(secondsWaited(400)).rejects.toThrow("condition was not met");
});
