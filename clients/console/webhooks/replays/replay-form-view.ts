import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { renderTextField } from "#clients/console/ui/field.ts";
import { formatCount, type ReplayForm, type ReplayPeriod } from "./replay-form.ts";

export type ReplayFormView = {
  readonly form: ReplayForm;
  readonly count: Schemas["WebhookReplayCount"] | null;
  readonly error: string | null;
  readonly isBusy: boolean;
  /** Whether the endpoint is. */
  readonly isDisabled: boolean;
  setForm(form: ReplayForm): void;
  countEvents(): void;
  start(): void;
};

const periodNames: Readonly<Record<ReplayPeriod, string>> = {
  "1h": "1 hour",
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  custom: "Custom",
};
const periods: readonly ReplayPeriod[] = ["1h", "24h", "7d", "30d", "custom"];

const choices = [
  [
    "failed",
    "Failed deliveries",
    "Deliveries of the last 30 days that were given up. Those that wait for a retry are still sent by themselves.",
  ],
  [
    "all",
    "Everything",
    "All events of the period that the endpoint subscribes to, however old, also those that it has received.",
  ],
] as const;

/** Renders what to replay, the number of events that a dry run found, and the button that starts. */
export function renderReplayForm(view: ReplayFormView): TemplateResult {
  const { form, setForm, error } = view;
  return html`<form class="panel replay" @submit=${(event: Event) => submit(event, view)}>
    <div class="replay-head"><h2>Send events again</h2><p class="muted">After an outage of the receiver, or to fill a new endpoint. Each event keeps the ID of its first delivery, so that a receiver recognises repeats.</p></div>
    <fieldset>
      <legend>Period</legend>
      <div class="segments" role="group" aria-label="Period">
        ${periods.map(
          (period) => html`<button type="button" class="segment" aria-pressed=${period === form.period}
            @click=${() => setForm({ ...form, period })}>${periodNames[period]}</button>`,
        )}
      </div>
      ${form.period === "custom" ? renderBounds(form, setForm) : ""}
    </fieldset>
    <fieldset>
      <legend>Events</legend>
      ${choices.map(([only, title, hint]) => renderChoice({ only, title, hint }, form, setForm))}
    </fieldset>
    ${error === null ? "" : html`<p class="replay-error" role="alert">${error}</p>`}
    ${renderActions(view)}
  </form>`;
}

function renderBounds(form: ReplayForm, setForm: ReplayFormView["setForm"]): TemplateResult {
  return html`<div class="replay-bounds">
    ${renderTextField({
      ...{ id: "replay-since", label: "From", type: "datetime-local", value: form.since },
      onInput: (since) => setForm({ ...form, since }),
    })}
    ${renderTextField({
      ...{ id: "replay-until", label: "To", type: "datetime-local", value: form.until },
      onInput: (until) => setForm({ ...form, until }),
    })}
  </div>`;
}

function renderChoice(
  { only, title, hint }: { readonly only: ReplayForm["only"]; readonly title: string; readonly hint: string },
  form: ReplayForm,
  setForm: ReplayFormView["setForm"],
): TemplateResult {
  return html`<label class="check">
    <input type="radio" name="only" .checked=${form.only === only} @change=${() => setForm({ ...form, only })}>
    <span>${title}<span class="muted small">${hint}</span></span>
  </label>`;
}

function renderActions({ form, count, isBusy, isDisabled, start }: ReplayFormView): TemplateResult {
  if (isDisabled)
    return html`<p class="replay-actions muted">The endpoint is disabled. Enable it before you replay events.</p>`;
  const canStart = count !== null && (count.count > 0 || !count.complete);
  return html`<div class="replay-actions">
    <p role="status">${count === null ? html`<span class="muted">Count first: nothing is sent yet.</span>` : formatCount(count, form.only)}</p>
    <button type="submit" class="button ${canStart ? "" : "primary"}" ?disabled=${isBusy}>Count</button>
    ${canStart ? html`<button type="button" class="button primary" ?disabled=${isBusy} @click=${start}>Start replay</button>` : ""}
  </div>`;
}

function submit(event: Event, { countEvents }: ReplayFormView): void {
  event.preventDefault();
  countEvents();
}
