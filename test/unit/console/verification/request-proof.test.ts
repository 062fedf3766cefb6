import { describe, expect, it } from "vitest";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { requestProof } from "#clients/console/verification/request-proof.ts";

const notSealed = (retryAfterMs: number) =>
  new ActivityLogError("not_found", "No number yet.", { apiCode: "not_found.not_sealed", retryAfterMs });

/** Runs with these failures before the proof. Returns what came out, the waits and how often waiting was announced. */
async function run(failures: readonly Error[]) {
  const left = [...failures];
  const waits: number[] = [];
  let announced = 0;
  const result = await requestProof({
    async find() {
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      return "proof";
    },
    async sleep(ms) {
      waits.push(ms);
    },
    onWait: () => announced++,
  });
  return { result, waits, announced };
}

describe("requestProof", () => {
  it("returns the proof without waiting when there is one", async () => {
    expect(await run([])).toEqual({ result: "proof", waits: [], announced: 0 });
  });

  it("repeats the request while the event has no number, not sooner than the API asks for", async () => {
    const failures = [notSealed(1_000), notSealed(1_000), notSealed(7_000)];
    expect(await run(failures)).toEqual({ result: "proof", waits: [1_000, 2_000, 7_000], announced: 1 });
  });

  it("returns null when the event has no number for half a minute", async () => {
    const { result, waits } = await run(Array.from({ length: 6 }, () => notSealed(1_000)));
    expect([result, waits]).toEqual([null, [1_000, 2_000, 4_000, 8_000, 10_000]]);
  });

  it("returns null without waiting when the API asks for a wait of more than a minute", async () => {
    expect(await run([notSealed(3_600_000)])).toEqual({ result: null, waits: [], announced: 0 });
  });

  it("throws other errors, also that there is no such event", async () => {
    const gone = new ActivityLogError("not_found", "There is no such event.", { apiCode: "not_found.event" });
    await expect(run([gone])).rejects.toBe(gone);
  });
});
