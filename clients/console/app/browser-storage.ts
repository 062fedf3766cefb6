/** What the console uses of the storages of a browser. */
export type BrowserStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Returns a storage, or one in memory if the browser blocks site data: even the property throws then. */
export function openStorage(open: () => BrowserStorage): BrowserStorage {
  try {
    return open();
  } catch {
    const items = new Map<string, string>();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => items.set(key, value),
      removeItem: (key) => items.delete(key),
    };
  }
}
