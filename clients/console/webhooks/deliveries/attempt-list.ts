import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import { formatAge, formatExactTime } from "#clients/console/ui/time-format.ts";
import { formatDuration } from "#clients/console/webhooks/health/delivery-stats.ts";
import { toAttemptTone, toFailureReason, toResult } from "./delivery-status.ts";

type Delivery = Schemas["WebhookDeliveryWithAttempts"];

/** Renders the attempts, newest first, above them when the next one is. `shown` is the number of the one that is open. */
export function renderAttemptList(
  delivery: Delivery,
  shown: number | null,
  show: (number: number) => void,
): TemplateResult {
  return html`<section class="panel attempts" aria-labelledby="attempts">
    <h2 id="attempts">Attempts <span class="muted">${delivery.attempts.length}</span></h2>
    <ol>
      ${renderNext(delivery)}
      ${delivery.attempts.toReversed().map((attempt) => html`<li>${renderAttempt(attempt, attempt.number === shown, show)}</li>`)}
    </ol>
  </section>`;
}

function renderAttempt(
  attempt: Delivery["attempts"][number],
  isShown: boolean,
  show: (number: number) => void,
): TemplateResult {
  const { number, at, duration_ms, response_status, error } = attempt;
  const timeMs = Date.parse(at);
  return html`<button type="button" class="attempt tone-${toAttemptTone(attempt)}" aria-pressed=${isShown} @click=${() => show(number)}>
    <span class="attempt-mark">${renderIcon(attempt.outcome === "succeeded" ? "check" : "close")}</span>
    <span class="attempt-result"><span class="unseen">Attempt ${number}: ${attempt.outcome}, </span>${toResult(response_status, error)}</span>
    <span class="muted small">${formatDuration(duration_ms)}</span>
    <span class="attempt-time muted small" data-tip=${formatExactTime(timeMs)}>${formatAge(timeMs, Date.now())}</span>
  </button>`;
}

function renderNext(delivery: Delivery): TemplateResult | "" {
  const { status, next_attempt_at, attempt_count } = delivery;
  if (status === "failed") return html`<li class="attempts-next">${toFailureReason(delivery)}</li>`;
  if (next_attempt_at === null) return "";
  const isDue = Date.parse(next_attempt_at) <= Date.now();
  const what = attempt_count === 0 ? "First attempt" : "Next attempt";
  return html`<li class="attempts-next">
    ${renderIcon("clock")}<span>${what} ${isDue ? "is due" : renderRelativeTime(Date.parse(next_attempt_at), Date.now())}</span>
  </li>`;
}
