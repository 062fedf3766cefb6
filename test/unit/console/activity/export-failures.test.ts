import { afterEach, describe, expect, it, vi } from "vitest";
import { toBroken } from "#clients/console/activity/export/export-run.ts";
import { sleep } from "#clients/console/api/sleep.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("toBroken", () => {
  it("is an export without events that has ended, with the message of the browser", () => {
    const error = new DOMException("Not allowed.", "NotAllowedError");
    expect(toBroken(error)).toMatchObject({ status: { kind: "broken", message: "Not allowed." }, events: 0 });
  });
});

describe("sleep", () => {
  it("removes its listener from the signal", async () => {
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    await sleep(0, signal);
    expect(remove).toHaveBeenCalledWith("abort", add.mock.calls[0]?.[1]);
  });

  it("rejects with the reason of the signal", async () => {
    const abort = new AbortController();
    const sleeping = sleep(60_000, abort.signal);
    abort.abort(new Error("cancelled"));
    await expect(sleeping).rejects.toThrow("cancelled");
  });

  it("does not end immediately when the time is longer than a timer can be", () => {
    vi.useFakeTimers();
    const set = vi.spyOn(globalThis, "setTimeout");
    sleep(2 ** 31, new AbortController().signal);
    expect(set.mock.calls[0]?.[1]).toBe(2 ** 31 - 1);
  });
});
