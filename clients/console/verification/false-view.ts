import { html, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import type { FieldDifference } from "#clients/timeline/verification/compare-event.ts";
import type { EventVerification } from "#clients/timeline/verification/verify-event.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** A writer may have logged thousands of fields. */
const maxDifferences = 20;

/** Renders that an event is not what the log recorded: what differs, and what to do. */
export function renderFalse(
  { message, differences }: Extract<EventVerification, { kind: "false" }>,
  download: TemplateResult,
): TemplateResult {
  return html`<div class="verification-false" role="alert">
    <h3>${renderIcon("warning")}False</h3>
    <p><strong>What is shown here is not what the log recorded.</strong> ${differences.length === 0 ? message : ""}</p>
    ${differences.length === 0 ? "" : renderDifferences(differences)}
    <p>Download the proof and keep it. Notify your operator and your auditor.</p>
    <div class="actions">${download}</div>
  </div>`;
}

function renderDifferences(differences: readonly FieldDifference[]): TemplateResult {
  const hidden = differences.length - maxDifferences;
  return html`<table class="verification-differences">
      <thead><tr><th scope="col">Field</th><th scope="col">Shown</th><th scope="col">In the log</th></tr></thead>
      <tbody>${differences
        .slice(0, maxDifferences)
        .map(
          ({ field, shown, logged }) =>
            html`<tr><th scope="row">${renderName(field)}</th><td>${renderValue(shown)}</td><td>${renderValue(logged)}</td></tr>`,
        )}</tbody>
    </table>
    ${hidden > 0 ? html`<p>${hidden} more fields differ.</p>` : ""}`;
}

/** Long names break after a dot or an underscore. */
function renderName(field: string): TemplateResult {
  const parts = toDisplayText(field).split(/(?<=[._])/);
  return html`<bdi>${parts.map((part, index) => (index === 0 ? part : html`<wbr>${part}`))}</bdi>`;
}

function renderValue(value: unknown): TemplateResult {
  if (value === null) return html`<span class="muted">absent</span>`;
  if (isJsonObject(value) && "old" in value && "new" in value)
    return html`<bdi dir="ltr">${renderValue(value.old)} → ${renderValue(value.new)}</bdi>`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return html`<bdi class="mono">${toDisplayText(text)}</bdi>`;
}
