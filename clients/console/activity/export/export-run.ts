import type { ActivityEvent, ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { List } from "#clients/client/http/page.ts";
import { type ApiFailure, isTransient, toFailure } from "#clients/console/api/api-failure.ts";
import type { ExportFormat } from "./export-format.ts";
import type { ExportSink } from "./export-sink.ts";

/** The state of an export. The set is closed. */
export type ExportStatus =
  | { readonly kind: "running" }
  /** Continues by itself at that Unix time in milliseconds. */
  | { readonly kind: "waiting"; readonly retryAtMs: number; readonly failure: ApiFailure }
  /** Continues where it was when the reader asks for it. */
  | { readonly kind: "paused"; readonly failure: ApiFailure }
  /** The file could not be written. */
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" };

export type ExportProgress = {
  readonly status: ExportStatus;
  readonly events: number;
  readonly bytes: number;
  /** The time of the last event that was written, as the API has it. */
  readonly reached: string | null;
  /** Milliseconds during which it has read and written, without waits and pauses. */
  readonly activeMs: number;
};

export type ExportPorts = {
  readonly activity: List<ActivityEvent, ActivityParams>;
  readonly sink: ExportSink;
  onProgress(progress: ExportProgress): void;
  isOnline(): boolean;
  /** Unix time in milliseconds. */
  now(): number;
  /** Resolves after that time, and rejects with the reason of the signal when it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

const initialProgress: ExportProgress = {
  status: { kind: "running" },
  events: 0,
  bytes: 0,
  reached: null,
  activeMs: 0,
};

const pageSize = 500;

const encoder = new TextEncoder();

/** How often in a row it tries again by itself. */
const maxRetries = 6;
const firstDelayMs = 2_000;
const maxDelayMs = 60_000;

/**
 * Writes all events of the filters to a sink, page by page. The cursor moves when a page has been written, so each event is
 * written once, however often requests fail.
 */
export class ExportRun {
  readonly #ports: ExportPorts;
  readonly #format: ExportFormat;
  readonly #abort = new AbortController();
  #next: ActivityParams | null;
  #progress = initialProgress;
  #isRunning = false;
  #hasHead = false;

  constructor(params: ActivityParams, format: ExportFormat, ports: ExportPorts) {
    this.#next = { ...params, include: ["actor", "text", "related"], limit: pageSize };
    this.#format = format;
    this.#ports = ports;
  }

  get progress(): ExportProgress {
    return this.#progress;
  }

  /**
   * Starts, or continues after a pause; does nothing while it runs. Resolves when it is done, paused, broken or cancelled;
   * never rejects.
   */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await this.#writeAll();
    this.#isRunning = false;
  }

  /** Ends the export and discards what was written. */
  cancel(): void {
    this.#abort.abort();
    const { kind } = this.#progress.status;
    // A run that waits or reads notices the signal by itself.
    if (kind === "paused") this.#discard();
  }

  async #writeAll(): Promise<void> {
    this.#update({ status: { kind: "running" } });
    try {
      await this.#writeHead();
      for (let retries = 0; this.#next !== null; )
        retries = (await this.#tryPage(this.#next, retries)) ? 0 : retries + 1;
      this.#abort.signal.throwIfAborted();
      await this.#ports.sink.close();
      this.#update({ status: { kind: "done" } });
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #writeHead(): Promise<void> {
    if (this.#hasHead) return;
    await this.#ports.sink.write(this.#format.head);
    this.#hasHead = true;
  }

  /** Writes a page, or waits after an error that can pass. Returns whether it was written. Throws any other error. */
  async #tryPage(params: ActivityParams, retries: number): Promise<boolean> {
    const startedMs = this.#ports.now();
    try {
      const page = await this.#ports.activity.list(params, { signal: this.#abort.signal });
      await this.#writePage(page.items);
      this.#next = page.next;
      this.#update({ activeMs: this.#progress.activeMs + this.#ports.now() - startedMs });
      return true;
    } catch (error) {
      if (!(error instanceof ActivityLogError) || retries >= maxRetries) throw error;
      const failure = toFailure(error, this.#ports.isOnline());
      if (!isTransient(failure)) throw error;
      await this.#wait(failure, error.retryAfterMs ?? Math.min(maxDelayMs, firstDelayMs * 2 ** retries));
      return false;
    }
  }

  async #writePage(events: readonly ActivityEvent[]): Promise<void> {
    const text = events.map((event) => this.#format.formatEvent(event)).join("");
    this.#abort.signal.throwIfAborted();
    await this.#ports.sink.write(text);
    this.#update({
      events: this.#progress.events + events.length,
      bytes: this.#progress.bytes + encoder.encode(text).length,
      reached: events.at(-1)?.occurred_at ?? this.#progress.reached,
    });
  }

  async #wait(failure: ApiFailure, delayMs: number): Promise<void> {
    this.#update({ status: { kind: "waiting", retryAtMs: this.#ports.now() + delayMs, failure } });
    await this.#ports.sleep(delayMs, this.#abort.signal);
    this.#update({ status: { kind: "running" } });
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#abort.signal.aborted) await this.#discard();
    else if (error instanceof ActivityLogError) {
      this.#update({ status: { kind: "paused", failure: toFailure(error, this.#ports.isOnline()) } });
    } else {
      await this.#ports.sink.discard();
      this.#update(toBroken(error, this.#progress));
    }
  }

  async #discard(): Promise<void> {
    await this.#ports.sink.discard();
    this.#update({ status: { kind: "cancelled" } });
  }

  #update(change: Partial<ExportProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#ports.onProgress(this.#progress);
  }
}

/** Returns the progress of an export whose file could not be opened, or be written any more. */
export function toBroken(error: unknown, progress: ExportProgress = initialProgress): ExportProgress {
  const message = error instanceof Error ? error.message : String(error);
  return { ...progress, status: { kind: "broken", message } };
}
