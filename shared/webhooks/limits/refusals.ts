/** More than an instance meets within the time that a refusal is remembered. */
const maxRemembered = 5_000;

/**
 * What an instance was refused a moment ago and need not ask for again: a flood of messages for an endpoint that is
 * busy then costs the database one write a second and instance, not one a message.
 */
export class Refusals {
  readonly #until = new Map<string, number>();

  /** Remembers a refusal until a time (Unix milliseconds). */
  remember(what: string, until: number): void {
    this.#until.delete(what);
    this.#until.set(what, until);
    if (this.#until.size <= maxRemembered) return;
    const [oldest] = this.#until.keys();
    if (oldest !== undefined) this.#until.delete(oldest);
  }

  /** Whether it would most likely be refused again. */
  isRefused(what: string, now: number): boolean {
    const until = this.#until.get(what);
    if (until === undefined) return false;
    if (until > now) return true;
    this.#until.delete(what);
    return false;
  }
}
