import { describe, expect, it, vi } from "vitest";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";

describe("retryOnConflict", () => {
  it("returns the first result, also if it is false, and attempts no more", async () => {
    const attempt = vi.fn(async (number: number) => (number === 2 ? false : null));
    expect(await retryOnConflict(5, attempt)).toBe(false);
    expect(attempt.mock.calls).toEqual([[1], [2]]);
  });

  it("returns null if every attempt conflicts", async () => {
    const attempt = vi.fn(async () => null);
    expect(await retryOnConflict(3, attempt)).toBeNull();
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  it("throws the error of an attempt without another one", async () => {
    const attempt = vi.fn(() => Promise.reject(new Error("not a conflict")));
    await expect(retryOnConflict(3, attempt)).rejects.toThrow("not a conflict");
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});
