import { html, nothing, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { locale } from "#clients/console/ui/locale.ts";
import type { DocumentState, FieldState } from "./history/document-history.ts";
import type { FieldConflict } from "./history/field-conflict.ts";
import { formatValue, nameField, renderValue } from "./value-view.ts";

/** More fields are hidden until they are asked for: a service may log thousands. */
const maxFields = 100;

export type StateView = {
  readonly state: DocumentState;
  readonly currency: unknown;
  readonly showsAll: boolean;
  readonly showAll: () => void;
};

/** Renders the fields of a document as of a moment, and what is not known of it. */
export function renderState({ state, currency, showsAll, showAll }: StateView): TemplateResult {
  const known = state.fields.filter(({ kind }) => kind === "known");
  const inferred = state.fields.filter(({ kind }) => kind === "inferred");
  const limit = showsAll ? state.fields.length : maxFields;
  const hidden = state.fields.length - Math.min(known.length, limit) - Math.min(inferred.length, limit);
  return html`
    ${known.length === 0 ? html`<p class="document-note">No event up to here has logged a change.</p>` : renderFields(known.slice(0, limit), currency)}
    ${
      inferred.length === 0
        ? nothing
        : html`<h3 class="document-group">Not changed yet</h3>
          <p class="document-note">Each value is inferred: the next event that changes it says what it was.</p>
          ${renderFields(inferred.slice(0, limit), currency)}`
    }
    ${hidden > 0 ? html`<button type="button" class="button document-more" @click=${showAll}>Show ${hidden.toLocaleString(locale)} more fields</button>` : nothing}
    <p class="document-note">Fields that no event has changed are not in the log: their values are unknown.</p>`;
}

function renderFields(fields: readonly FieldState[], currency: unknown): TemplateResult {
  return html`<dl class="document-fields">${fields.map((state) => renderField(state, currency))}</dl>`;
}

function renderField({ field, value, kind, change }: FieldState, currency: unknown): TemplateResult {
  const classes = `${change === null ? "" : "changed"} ${kind === "inferred" ? "inferred" : ""}`;
  return html`<div class="document-field ${classes}">
    <dt>${nameField(field)}</dt>
    <dd>
      ${change === null ? nothing : html`<span class="document-old"><span class="unseen">from </span>${renderValue(field, change.old, currency)}</span>${renderIcon("arrow")}<span class="unseen">to </span>`}
      ${renderValue(field, value, currency)}
      ${change?.conflict ? renderConflict(field, change.old, change.conflict, currency) : nothing}
    </dd>
  </div>`;
}

const causes: Readonly<Record<FieldConflict["cause"], string>> = {
  same_time: "Both events have the same time, so their order is unknown.",
  order: "The values agree in another order: an event may have been logged with a wrong time.",
  missing: "A change in between is not in the log.",
};

function renderConflict(field: string, old: unknown, conflict: FieldConflict, currency: unknown): TemplateResult {
  const [stated, expected] = [old, conflict.expected].map((value) => formatValue(field, value, currency));
  return html`<p class="document-conflict tone-warning">
    ${renderIcon("warning")}
    <span>The event says that it was “<bdi>${stated}</bdi>”, but the events before lead to “<bdi>${expected}</bdi>”. ${causes[conflict.cause]}</span>
  </p>`;
}
