import { getPollDelay, noHistory, type PollHistory } from "./poll-schedule.ts";

/** The longest time of a timer: with a longer one, it calls back immediately (HTML, "timers"; a signed 32-bit number). */
const maxTimerMs = 2 ** 31 - 1;

export type PollTimerPorts = {
  /** Unix time in milliseconds. */
  now(): number;
  /** Returns a number from 0 to 1. */
  random(): number;
  /** Calls back after that time. Returns a function that cancels it. */
  setTimer(callback: () => void, ms: number): () => void;
};

/** Calls back when the next request is due: never while the page is hidden or offline, and soon when it is used again. */
export class PollTimer {
  readonly #ports: PollTimerPorts;
  readonly #onDue: () => void;
  #history = noHistory;
  #respondedAtMs = 0;
  #dueAtMs: number | null = null;
  #isVisible = true;
  #isOnline = true;
  #cancel: () => void = () => undefined;

  constructor(ports: PollTimerPorts, onDue: () => void) {
    this.#ports = ports;
    this.#onDue = onDue;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Cancels what is due. */
  stop(): void {
    this.#cancel();
    this.#dueAtMs = null;
  }

  reset(): void {
    this.stop();
    this.#history = noHistory;
  }

  /** Schedules the next request after a response. */
  succeed({ hasNews, budget }: { readonly hasNews: boolean; readonly budget: number }): void {
    this.#respond({ unchanged: hasNews ? 0 : this.#history.unchanged + 1, failures: 0, budget });
    this.#schedule(this.#delayMs());
  }

  /** Counts a failure, and schedules the next request unless it would fail as well. */
  fail(retryAtMs: number | "later" | "never"): void {
    this.#respond({ ...this.#history, failures: this.#history.failures + 1 });
    if (retryAtMs !== "never") this.#schedule(retryAtMs === "later" ? this.#delayMs() : retryAtMs - this.#ports.now());
  }

  setVisible(isVisible: boolean): void {
    if (this.#isVisible === isVisible) return;
    this.#isVisible = isVisible;
    if (isVisible) this.noteReader();
    this.#start();
  }

  /** `isUrgent` sends the next request as soon as the browser is online. */
  setOnline(isOnline: boolean, isUrgent: boolean): void {
    if (this.#isOnline === isOnline) return;
    this.#isOnline = isOnline;
    if (isUrgent && this.#dueAtMs !== null) this.#dueAtMs = this.#ports.now();
    this.#start();
  }

  /** The reader is there: polls as often as at the beginning, unless requests fail. */
  noteReader(): void {
    const { unchanged, failures } = this.#history;
    if (failures > 0 || unchanged === 0) return;
    this.#history = { ...this.#history, unchanged: 0 };
    if (this.#dueAtMs === null) return;
    this.#dueAtMs = Math.min(this.#dueAtMs, this.#respondedAtMs + this.#delayMs());
    this.#start();
  }

  #respond(history: PollHistory): void {
    this.#history = history;
    this.#respondedAtMs = this.#ports.now();
  }

  #delayMs(): number {
    return getPollDelay(this.#history, this.#ports.random());
  }

  #schedule(ms: number): void {
    this.#dueAtMs = this.#ports.now() + ms;
    this.#start();
  }

  #start(): void {
    this.#cancel();
    if (this.#dueAtMs === null || !this.#isVisible || !this.#isOnline) return;
    const delayMs = Math.min(maxTimerMs, Math.max(0, this.#dueAtMs - this.#ports.now()));
    this.#cancel = this.#ports.setTimer(this.#onDue, delayMs);
  }
}
