import { describe, expect, it } from "vitest";
import { PollTimer } from "#clients/timeline/store/poll-timer.ts";

describe("PollTimer", () => {
  it("waits at most as long as a timer can when the API asks for more", () => {
    const delays: number[] = [];
    const setTimer = (_: () => void, ms: number) => {
      delays.push(ms);
      return () => undefined;
    };
    const timer = new PollTimer({ now: () => 0, random: () => 0.5, setTimer }, () => undefined);
    timer.fail(2 ** 40);
    expect(delays).toEqual([2 ** 31 - 1]);
  });
});
