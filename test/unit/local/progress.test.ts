import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startProgress } from "#infra/local/progress.ts";

describe("the progress of a start", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function shown(isTTY: boolean) {
    const written: string[] = [];
    const stream = { isTTY, write: (text: string) => written.push(text) };
    return { written, progress: startProgress({ stream, now: () => Date.now() }) };
  }

  it("is a plain line for each step where no terminal shows it", () => {
    const { written, progress } = shown(false);
    progress.step("Synthesizing");
    vi.advanceTimersByTime(2_000);
    progress.step("Loading");
    progress.end();
    expect(written).toEqual(["Synthesizing …\n", "Loading …\n"]);
  });

  it("moves and counts seconds on a terminal, and keeps the time of each step", () => {
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

  it("leaves the line on which something failed", () => {
    const { written, progress } = shown(true);
    progress.step("Synthesizing");
    progress.interrupt();
    expect(written.at(-1)).toBe("\n");
  });
});
