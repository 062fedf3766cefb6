import type { KeyObject } from "node:crypto";
import { listVerifyingKeys, noViewerKeyTtlMs, toPublicKey, type ViewerKey, viewerKeysTtlMs } from "./viewer-keys.ts";

export type ViewerKeyReader = {
  /** Returns all stored keys, from old to new. */
  list(): Promise<readonly ViewerKey[]>;
};

type KnownKeys = { readonly keys: readonly ViewerKey[]; readonly asOf: number };

/** Caches the keys for a minute, so that neither a valid nor a forged token costs a read. */
export class ViewerKeyCache {
  readonly #reader: ViewerKeyReader;
  readonly #now: () => Date;
  readonly #publicKeys = new Map<string, KeyObject>();
  #known: KnownKeys = { keys: [], asOf: 0 };

  constructor(reader: ViewerKeyReader, now: () => Date) {
    this.#reader = reader;
    this.#now = now;
  }

  /** Returns all keys, from old to new, as of at most a minute ago. Throws the error of the reader. */
  async list(): Promise<readonly ViewerKey[]> {
    const now = this.#now().getTime();
    const age = now - this.#known.asOf;
    const ttl = this.#known.keys.length === 0 ? noViewerKeyTtlMs : viewerKeysTtlMs;
    if (age >= 0 && age < ttl) return this.#known.keys;
    this.#known = { keys: await this.#reader.list(), asOf: now };
    return this.#known.keys;
  }

  /** Returns a function that finds the public key of an id; it returns `null` for unknown and retired keys. */
  async finder(): Promise<(keyId: string) => KeyObject | null> {
    const keys = listVerifyingKeys(await this.list(), this.#now());
    return (keyId) => {
      const key = keys.find(({ key_id }) => key_id === keyId);
      return key === undefined ? null : this.#publicKeyOf(key);
    };
  }

  #publicKeyOf(key: ViewerKey): KeyObject {
    const known = this.#publicKeys.get(key.public_key) ?? toPublicKey(key);
    this.#publicKeys.set(key.public_key, known);
    return known;
  }
}
