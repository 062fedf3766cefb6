import { describe, expect, it } from "vitest";
import { BoundedMap, ExpiringCache } from "#shared/platform/cache.ts";

describe("BoundedMap", () => {
  it("keeps up to its capacity of entries", () => {
    const map = new BoundedMap<string, number>(2).set("a", 1).set("b", 2);
    expect([...map]).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  it("drops all entries before one too many is added", () => {
    const map = new BoundedMap<string, number>(2).set("a", 1).set("b", 2).set("c", 3);
    expect([...map]).toEqual([["c", 3]]);
  });
});

describe("ExpiringCache", () => {
  const at = (ms: number) => new Date(ms);

  it("returns a value until its time, and null from then on", () => {
    const cache = new ExpiringCache<string>(10);
    cache.set("a", "value", 100, at(0));
    expect(cache.get("a", at(99))).toBe("value");
    expect(cache.get("a", at(100))).toBeNull();
    expect(cache.get("b", at(0))).toBeNull();
  });

  it("drops only expired entries when it is full and has some", () => {
    const cache = new ExpiringCache<string>(2);
    cache.set("old", "1", 10, at(0));
    cache.set("new", "2", 100, at(0));
    cache.set("newer", "3", 100, at(10));
    expect(["old", "new", "newer"].map((key) => cache.get(key, at(10)))).toEqual([null, "2", "3"]);
  });

  it("drops all entries when it is full and none has expired", () => {
    const cache = new ExpiringCache<string>(2);
    for (const key of ["a", "b", "c"]) cache.set(key, key, 100, at(0));
    expect(["a", "b", "c"].map((key) => cache.get(key, at(0)))).toEqual([null, null, "c"]);
  });

  it("deletes an entry only while it has the given value", () => {
    const cache = new ExpiringCache<string>(2);
    cache.set("a", "new", 100, at(0));
    cache.delete("a", "old");
    expect(cache.get("a", at(0))).toBe("new");
    cache.delete("a", "new");
    expect(cache.get("a", at(0))).toBeNull();
  });
});
