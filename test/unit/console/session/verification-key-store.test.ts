import { describe, expect, it } from "vitest";
import { VerificationKeyStore } from "#clients/console/session/verification-key-store.ts";

function memoryStorage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

describe("VerificationKeyStore", () => {
  it("keeps a key for its organisation only, and only if the reader wants it", () => {
    const storage = memoryStorage();
    const store = new VerificationKeyStore(storage, "org_acme");
    store.set("key", false);
    expect([store.key, storage.items.size]).toEqual(["key", 0]);
    store.set("key", true);
    expect(new VerificationKeyStore(storage, "org_acme").key).toBe("key");
    expect(new VerificationKeyStore(storage, "org_other").key).toBeNull();
    store.set("another", false);
    expect(new VerificationKeyStore(storage, "org_acme").key).toBeNull();
  });

  it("has the key in memory when the browser blocks storage", () => {
    const fail = () => {
      throw new Error("Site data is blocked.");
    };
    const store = new VerificationKeyStore({ getItem: fail, setItem: fail, removeItem: fail }, "org_acme");
    store.set("key", true);
    expect(store.key).toBe("key");
  });
});
