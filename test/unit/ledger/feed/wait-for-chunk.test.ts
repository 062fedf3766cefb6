import { describe, expect, it, vi } from "vitest";
import { waitForChunk } from "#shared/ledger/feed/wait-for-chunk.ts";
import { testNow } from "#test/support/builders.ts";
import { feedFixture } from "#test/support/ledger/feed-fixture.ts";

/** A log whose next chunk is appended `appearsAfterMs` after the start, on a clock that only `sleep` advances. */
function waiting(appearsAfterMs = Infinity) {
  const fixture = feedFixture();
  let elapsed = 0;
  const pauses: number[] = [];
  const getChunk = vi.spyOn(fixture.ledger, "getChunk");
  const ports = {
    ledger: fixture.ledger,
    now: () => new Date(testNow.getTime() + elapsed),
    async sleep(ms: number) {
      pauses.push(ms);
      elapsed += ms;
      if (elapsed >= appearsAfterMs && fixture.ledger.logs.size === 0) await fixture.append(fixture.storeEvents(1));
    },
  };
  const wait = (ms: number) => waitForChunk(ports, fixture.org_id, 0, testNow.getTime() + ms);
  return { wait, pauses, getChunk, elapsed: () => elapsed };
}

describe("waitForChunk", () => {
  it("returns true within a second after a chunk was appended", async () => {
    const { wait, elapsed } = waiting(7_300);
    expect(await wait(20_000)).toBe(true);
    expect(elapsed() - 7_300).toBeLessThan(1_000);
  });

  it("returns false at the end of the time, after a last read", async () => {
    const { wait, pauses, getChunk, elapsed } = waiting();
    expect(await wait(20_000)).toBe(false);
    expect(elapsed()).toBe(20_000);
    expect(pauses.slice(0, 6)).toEqual([200, 300, 450, 675, 1_000, 1_000]);
    expect(getChunk).toHaveBeenCalledTimes(pauses.length);
    expect(pauses.length).toBeLessThan(25);
  });

  it("reads nothing when the time is over already", async () => {
    const { wait, getChunk } = waiting(0);
    expect(await wait(-5)).toBe(false);
    expect(getChunk).not.toHaveBeenCalled();
  });
});
