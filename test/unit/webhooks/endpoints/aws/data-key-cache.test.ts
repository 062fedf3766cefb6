import { describe, expect, it } from "vitest";
import { createDataKeyCache } from "#shared/webhooks/endpoints/aws/data-key-cache.ts";
import { testNow } from "#test/support/builders.ts";
import { keyArn, memoryKms } from "#test/support/memory/kms.ts";

const hourMs = 3_600_000;

/** Creates a cache of at most three keys, with a clock that a test can move. */
function cacheFixture() {
  const kms = memoryKms();
  let now = testNow;
  const keys = createDataKeyCache(keyArn, kms.client, () => now, 3);
  return {
    kms,
    keys,
    /** Creates a data key for each of `count` organisations. Returns a function that uses one of them. */
    async createKeys(count: number) {
      const made = await Promise.all(Array.from({ length: count }, (_, n) => keys.create(`org_${n}`)));
      return (n: number) => keys.withKey(made[n] ?? "", `org_${n}`, (key) => Buffer.from(key).toString("hex"));
    },
    advance(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

const isErased = (key: Uint8Array | undefined) => key?.every((byte) => byte === 0);

describe("createDataKeyCache", () => {
  it("keeps a decrypted key for an hour, and concurrent uses share one call", async () => {
    const { kms, createKeys, advance } = cacheFixture();
    const use = await createKeys(1);
    const [first] = await Promise.all([use(0), use(0), use(0)]);
    advance(hourMs - 1);
    expect(await use(0)).toBe(first);
    expect(kms.calls()).toEqual({ created: 1, decrypted: 1 });
    advance(1);
    expect(await use(0)).toBe(first);
    expect(kms.calls()).toEqual({ created: 0, decrypted: 1 });
  });

  it("erases expired keys from memory when any other key is used", async () => {
    const { kms, createKeys, advance } = cacheFixture();
    const use = await createKeys(3);
    await use(0);
    await use(1);
    advance(hourMs);
    await use(2);
    expect(kms.opened.map(isErased)).toEqual([true, true, false]);
  });

  it("erases the least recently used key when the cache is full", async () => {
    const { kms, createKeys } = cacheFixture();
    const use = await createKeys(4);
    for (const n of [0, 1, 2, 0, 3]) await use(n);
    expect(kms.opened.map(isErased)).toEqual([false, true, false, false]);
    kms.calls();
    for (const n of [0, 2, 3]) await use(n);
    expect(kms.calls().decrypted).toBe(0);
    await use(1);
    expect(kms.calls().decrypted).toBe(1);
  });

  it("erases no key before its use, however many uses wait at the same time", async () => {
    const { kms, createKeys } = cacheFixture();
    const use = await createKeys(20);
    const seen = await Promise.all(Array.from({ length: 60 }, (_, n) => use(n % 20)));
    expect(new Set(seen).size).toBe(20);
    expect(seen).not.toContain("0".repeat(64));
    expect(kms.opened.filter((key) => !isErased(key))).toHaveLength(3);
  });

  it("does not decrypt a key that it creates", async () => {
    const { kms, keys } = cacheFixture();
    await keys.create("org_1");
    expect(kms.opened).toEqual([]);
  });
});
