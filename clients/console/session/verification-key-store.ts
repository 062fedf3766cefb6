/** Where a key is kept until the tab is closed: `sessionStorage`. */
export type VerificationKeyStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const storageKey = (org: string) => `activity-log.verification-key.${org}`;

/** Has the verification key of an organisation's log, as the reader has entered it. It is public, but must not come from the API. */
export class VerificationKeyStore {
  readonly #storage: VerificationKeyStorage;
  readonly #org: string;
  #key: string | null;

  constructor(storage: VerificationKeyStorage, org: string) {
    this.#storage = storage;
    this.#org = org;
    this.#key = load(storage, org);
  }

  /** `null` until the reader has entered one. */
  get key(): string | null {
    return this.#key;
  }

  get org(): string {
    return this.#org;
  }

  /** Sets the key, and keeps it in the tab if the reader wants that. */
  set(key: string, isKept: boolean): void {
    this.#key = key;
    try {
      if (isKept) this.#storage.setItem(storageKey(this.#org), key);
      else this.#storage.removeItem(storageKey(this.#org));
    } catch {
      // A browser without storage has the key until the page is left.
    }
  }
}

function load(storage: VerificationKeyStorage, org: string): string | null {
  try {
    return storage.getItem(storageKey(org));
  } catch {
    return null;
  }
}
