import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Retry } from "#clients/client/http/connection.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";

/** Says that requests wait for the rate limit, and for how long. */
export class RateLimitNotice implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #untilMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Starts the countdown if the request was refused for the rate limit. */
  readonly onRetry = ({ error, delayMs }: Retry): void => {
    if (error.code !== "rate_limited") return;
    this.#untilMs = Math.max(this.#untilMs, Date.now() + delayMs);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 1_000);
    this.#host.requestUpdate();
  };

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  render(): TemplateResult | "" {
    const seconds = Math.ceil((this.#untilMs - Date.now()) / 1_000);
    if (seconds <= 0) return "";
    const text = seconds === 1 ? "1 second" : `${seconds} seconds`;
    return html`<div class="rate-limit bar">
      ${renderIcon("clock")}
      <span role="status">The rate limit of the token is reached.</span>
      <span class="muted">Continuing in ${text}.</span>
    </div>`;
  }

  #tick(): void {
    if (Date.now() >= this.#untilMs) clearInterval(this.#timer);
    this.#host.requestUpdate();
  }
}
