/** More than an instance can add within the time that an entry is valid. */
const maxEntries = 5_000;

/**
 * Remembers for a short time which requests to a store were refused. A flood of messages for a busy endpoint then costs
 * one write a second and instance, not one for each message.
 */
export class NegativeCache {
  readonly #until = new Map<string, number>();

  /** Adds a key until a time in Unix milliseconds. */
  add(key: string, until: number): void {
    this.#until.delete(key);
    this.#until.set(key, until);
    if (this.#until.size <= maxEntries) return;
    const [oldest] = this.#until.keys();
    if (oldest !== undefined) this.#until.delete(oldest);
  }

  has(key: string, now: number): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > now) return true;
    this.#until.delete(key);
    return false;
  }
}
