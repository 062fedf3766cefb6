import { html, nothing, type TemplateResult } from "lit";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { toLocalInput } from "#clients/console/ui/local-time.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { styleProperties } from "#clients/console/ui/style-properties.ts";
import { formatExactTime } from "#clients/console/ui/time-format.ts";
import "#clients/console/verification/event-verification.ts";
import { describeEvent } from "./describe-event.ts";
import type { DocumentHistory } from "./history/document-history.ts";

export type MomentView = {
  readonly context: PageContext;
  readonly history: DocumentHistory;
  readonly index: number;
  readonly select: (index: number) => void;
  /** Selects the last event up to a time, as `<input type="datetime-local">` has it. */
  readonly selectTime: (time: string) => void;
};

/** More marks than this would be a bar. */
const maxMarks = 200;

/** Renders the slider over the events of a document, the event of the moment, and where events conflict. */
export function renderMoment({ context, history, index, select, selectTime }: MomentView): TemplateResult {
  const { events } = history;
  const event = events[index];
  if (event === undefined) return html``;
  const last = events.length - 1;
  const time = formatExactTime(event.occurredAtMs);
  const onInput = ({ target }: Event) => target instanceof HTMLInputElement && select(target.valueAsNumber);
  const onTime = ({ target }: Event) => target instanceof HTMLInputElement && selectTime(target.value);
  return html`<section class="panel document-moment" aria-label="Moment">
    <div class="document-moment-head">
      <div class="document-moment-event">
        <strong><bdi>${describeEvent(event)}</bdi></strong>
        <span class="muted"><bdi>${time}</bdi></span>
        <event-verification .context=${context} .event=${event}></event-verification>
      </div>
      <label class="document-as-of"><span class="muted">As of</span>
        <input class="input" type="datetime-local" step="1" .value=${toLocalInput(event.occurredAtMs)} @change=${onTime}>
      </label>
    </div>
    <div class="document-slider">
      ${renderStep("Earlier event", "earlier", index > 0 ? () => select(index - 1) : null)}
      <div class="document-track">
        <input type="range" min="0" max=${last} .valueAsNumber=${index} .disabled=${last === 0} aria-label="Event"
          aria-valuetext="Event ${index + 1} of ${events.length}: ${describeEvent(event)}, ${time}" @input=${onInput}>
        ${renderMarks(history, last)}
      </div>
      ${renderStep("Later event", "later", index < last ? () => select(index + 1) : null)}
      <output class="document-count muted"><bdi>${(index + 1).toLocaleString(locale)} of ${events.length.toLocaleString(locale)}</bdi></output>
    </div>
  </section>`;
}

function renderStep(label: string, direction: string, step: (() => void) | null): TemplateResult {
  return html`<button type="button" class="button plain icon-only document-step ${direction}" aria-label=${label}
    ?disabled=${step === null} @click=${step ?? nothing}>${renderIcon("chevron")}</button>`;
}

function renderMarks({ conflicts }: DocumentHistory, last: number): TemplateResult {
  const marks = last === 0 ? [] : conflicts.slice(0, maxMarks);
  return html`<div class="document-marks" aria-hidden="true">${marks.map(
    (index) =>
      html`<span class="document-mark" ${styleProperties({ "inset-inline-start": `${(index / last) * 100}%` })}></span>`,
  )}</div>`;
}
