import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startProgress } from "#infra/local/progress.ts";

describe("startup progress", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function shown(isTTY: boolean) {
    const written: string[] = [];
    const stream = { isTTY, write: (text: string) => written.push(text) };
    return { written, progress: startProgress({ stream, now: () => Date.now() }) };
  }

  it("writes one line for each step when stderr is not a terminal", () => {
    const { written, progress } = shown(false);
    progress.step("Synthesizing");
    vi.advanceTimersByTime(2_000);
    progress.step("Loading");
    progress.end();
    expect(written).toEqual(["Synthesizing …\n", "Loading …\n"]);
  });

  it("shows a spinner with seconds on a terminal, and the time of each step", () => {
    const { written, progress } = shown(true);
    progress.step("Synthesizing");
    vi.advanceTimersByTime(1_500);
    expect(written.length).toBeGreaterThan(10);
    expect(new Set(written).size).toBeGreaterThan(10);
    expect(written.at(-1)).toMatch(/Synthesizing … 1\.\d s$/);
    progress.step("Loading");
    expect(written.at(-2)).toMatch(/✔ Synthesizing \(1\.5 s\)\n$/);
    progress.end();
    expect(written.at(-1)).toMatch(/✔ Loading \(0\.0 s\)\n$/);
    const before = written.length;
    vi.advanceTimersByTime(1_000);
    expect(written).toHaveLength(before);
  });

  it("keeps the line of a failed step", () => {
    const { written, progress } = shown(true);
    progress.step("Synthesizing");
    progress.interrupt();
    expect(written.at(-1)).toBe("\n");
  });
});
