import { describe, expect, it } from "vitest";
import { createDataKeyCache } from "#shared/webhooks/endpoints/aws/data-key-cache.ts";
import { testNow } from "#test/support/builders.ts";
import { keyArn, memoryKms } from "#test/support/memory/kms.ts";

const hourMs = 3_600_000;

/** Remembers at most three keys, by a clock that can be moved. */
function aCache() {
  const kms = memoryKms();
  let now = testNow;
  const keys = createDataKeyCache(keyArn, kms.client, () => now, 3);
  return {
    kms,
    keys,
    /** Creates keys of so many organisations, and answers what uses one of them. */
    async created(count: number) {
      const made = await Promise.all(Array.from({ length: count }, (_, n) => keys.create(`org_${n}`)));
      return (n: number) => keys.withKey(made[n] ?? "", `org_${n}`, (key) => Buffer.from(key).toString("hex"));
    },
    later(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

const isErased = (key: Uint8Array | undefined) => key?.every((byte) => byte === 0);

describe("an opened data key", () => {
  it("is remembered for an hour, and concurrent uses share one call", async () => {
    const { kms, created, later } = aCache();
    const use = await created(1);
    const [first] = await Promise.all([use(0), use(0), use(0)]);
    later(hourMs - 1);
    expect(await use(0)).toBe(first);
    expect(kms.calls()).toEqual({ created: 1, decrypted: 1 });
    later(1);
    expect(await use(0)).toBe(first);
    expect(kms.calls()).toEqual({ created: 0, decrypted: 1 });
  });

  it("is erased where it is forgotten after an hour, also where nobody asks for it again", async () => {
    const { kms, created, later } = aCache();
    const use = await created(3);
    await use(0);
    await use(1);
    later(hourMs);
    await use(2);
    expect(kms.opened.map(isErased)).toEqual([true, true, false]);
  });

  it("is erased where it makes room: the one unused for longest", async () => {
    const { kms, created } = aCache();
    const use = await created(4);
    for (const n of [0, 1, 2, 0, 3]) await use(n);
    expect(kms.opened.map(isErased)).toEqual([false, true, false, false]);
    kms.calls();
    for (const n of [0, 2, 3]) await use(n);
    expect(kms.calls().decrypted).toBe(0);
    await use(1);
    expect(kms.calls().decrypted).toBe(1);
  });

  it("is used before it is erased, however many wait for theirs at the same time", async () => {
    const { kms, created } = aCache();
    const use = await created(20);
    const seen = await Promise.all(Array.from({ length: 60 }, (_, n) => use(n % 20)));
    expect(new Set(seen).size).toBe(20);
    expect(seen).not.toContain("0".repeat(64));
    expect(kms.opened.filter((key) => !isErased(key))).toHaveLength(3);
  });

  it("stays with KMS where it is created", async () => {
    const { kms, keys } = aCache();
    await keys.create("org_1");
    expect(kms.opened).toEqual([]);
  });
});
