import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type ApiFailure, toFailureOrReport } from "#clients/console/api/api-failure.ts";

export type RequestState<T> =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly value: T }
  | { readonly kind: "failed"; readonly failure: ApiFailure };

/** Loads what a page shows. The request ends with the page, and when another one begins. */
export class RequestController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #request: (signal: AbortSignal) => Promise<T>;
  #abort = new AbortController();
  #state: RequestState<T> = { kind: "loading" };

  constructor(host: ReactiveControllerHost, request: (signal: AbortSignal) => Promise<T>) {
    this.#host = host;
    this.#request = request;
    host.addController(this);
  }

  get state(): RequestState<T> {
    return this.#state;
  }

  /** Sends the request. What is shown stays until the response is there, unless `isFresh`. */
  async load({ isFresh = false } = {}): Promise<void> {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    if (isFresh || this.#state.kind === "failed") this.#update({ kind: "loading" });
    try {
      const value = await this.#request(abort.signal);
      if (!abort.signal.aborted) this.#update({ kind: "ready", value });
    } catch (error) {
      if (!abort.signal.aborted)
        this.#update({ kind: "failed", failure: toFailureOrReport(error, navigator.onLine, reportError) });
    }
  }

  /** Replaces what is shown, after a change of it. */
  set(value: T): void {
    this.#update({ kind: "ready", value });
  }

  hostDisconnected(): void {
    this.#abort.abort();
  }

  #update(state: RequestState<T>): void {
    this.#state = state;
    this.#host.requestUpdate();
  }
}
