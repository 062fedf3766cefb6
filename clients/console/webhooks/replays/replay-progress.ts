import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { formatExactTime } from "#clients/console/ui/time-format.ts";
import { renderPill } from "#clients/console/webhooks/health/status-pill.ts";
import { toProgress } from "./replay-form.ts";

export type ReplayProgressView = {
  /** Events that the dry run counted; `null` if it could not examine all. */
  readonly total: number | null;
  readonly deliveriesHref: string;
  readonly replayHref: string;
};

const states = {
  running: { label: "Running", tone: "info" },
  done: { label: "Done", tone: "positive" },
  stopped: { label: "Stopped", tone: "negative" },
} as const;

/** Renders how far a replay is. */
export function renderReplayProgress(
  replay: Schemas["WebhookReplay"],
  { total, deliveriesHref, replayHref }: ReplayProgressView,
): TemplateResult {
  const { status, since, until, only } = replay;
  const { label, share } = toProgress(replay, total);
  return html`<section class="panel replay" aria-labelledby="replay-title">
    <div class="replay-title"><h2 id="replay-title">Replay</h2>${renderPill(states[status])}</div>
    <p role="status">${label}</p>
    ${share === null ? html`<progress aria-label="Progress"></progress>` : html`<progress aria-label="Progress" max="1" value=${share}></progress>`}
    <dl class="facts">
      <div><dt>From</dt><dd>${formatExactTime(Date.parse(since))}</dd></div>
      <div><dt>To</dt><dd>${formatExactTime(Date.parse(until))}</dd></div>
      <div><dt>Events</dt><dd>${only === "failed" ? "Failed deliveries" : "Everything"}</dd></div>
    </dl>
    ${status === "stopped" ? html`<p class="muted">It stops when the endpoint is disabled or deleted.</p>` : ""}
    <div class="replay-actions">
      <a class="button" href=${deliveriesHref}>See the deliveries</a>
      ${status === "running" ? "" : html`<a class="button" href=${replayHref}>New replay</a>`}
    </div>
  </section>`;
}
