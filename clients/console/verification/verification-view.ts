import { html, type TemplateResult } from "lit";
import { type IconName, renderIcon } from "#clients/console/ui/icons.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import { formatExactTime } from "#clients/console/ui/time-format.ts";
import type { EventVerification } from "#clients/timeline/verification/verify-event.ts";
import { renderFalse } from "./false-view.ts";
import type { VerificationState } from "./verification-state.ts";

export type VerificationActions = {
  readonly enterKey: () => void;
  readonly retry: () => void;
  readonly download: (proof: string) => void;
};

/** Renders whether an event is verified, and what the reader can do if it is not. */
export function renderVerification(state: VerificationState, actions: VerificationActions): TemplateResult {
  return html`<div class="verification" role="status">${renderState(state, actions)}</div>`;
}

function renderState(state: VerificationState, actions: VerificationActions): TemplateResult {
  const again = renderButton("Try again", actions.retry);
  switch (state.kind) {
    case "viewer":
      return renderLine("lock", "Not verified: viewer tokens get no proofs.");
    case "no_key":
      return renderLine("shield", "Not verified", renderButton("Verify…", actions.enterKey));
    case "verifying":
      return renderLine("shield", "Verifying…");
    case "waiting":
      return renderLine("clock", "Not numbered yet. Trying again…");
    case "not_sealed":
      return renderLine("clock", "This event has no number in the log.", again);
    case "failed":
      if (state.failure.kind === "forbidden")
        return renderLine("lock", `Cannot verify: your token may not get proofs. ${state.failure.message}`);
      if (state.failure.kind === "not_found")
        return renderLine("warning", "The API does not have this event any more.", again, "warning");
      return renderLine("warning", `Cannot verify: ${formatFailure(state.failure)}`, again, "warning");
    case "done":
      return renderResult(state.result, state.proof, actions);
  }
}

function renderResult(result: EventVerification, proof: string, actions: VerificationActions): TemplateResult {
  const download = html`<button type="button" class="button" @click=${() => actions.download(proof)}>
    ${renderIcon("download")}Download proof
  </button>`;
  switch (result.kind) {
    case "verified":
      return renderVerified(result, download, actions);
    case "false":
      return renderFalse(result, download);
    case "unknown":
      return renderLine(
        "warning",
        `Cannot tell: ${result.message}`,
        renderButton("Change key…", actions.enterKey),
        "warning",
      );
  }
}

function renderVerified(
  { sequence, sealedAt, size }: Extract<EventVerification, { kind: "verified" }>,
  download: TemplateResult,
  { enterKey }: VerificationActions,
): TemplateResult {
  return html`<details class="verification-verified">
    <summary>
      <span class="verification-mark tone-positive">${renderIcon("verified")}Verified</span>
      <span class="muted">· sequence ${formatNumber(sequence)}</span>
      ${renderIcon("chevron")}
    </summary>
    <div class="verification-details">
      <p>Your browser has verified that what is shown is what the log recorded.</p>
      <dl class="facts">
        <div><dt>Sequence</dt><dd>${formatNumber(sequence)}</dd></div>
        <div><dt>Recorded</dt><dd><bdi>${formatExactTime(Date.parse(sealedAt))}</bdi></dd></div>
        <div><dt>Checkpoint</dt><dd>${formatNumber(size)} entries, signed</dd></div>
      </dl>
      <div class="actions">
        ${download}
        <button type="button" class="button plain" @click=${enterKey}>Change key…</button>
      </div>
    </div>
  </details>`;
}

function renderLine(
  icon: IconName,
  text: string,
  action: TemplateResult | "" = "",
  tone: "neutral" | "warning" = "neutral",
): TemplateResult {
  return html`<p class="verification-line tone-${tone}">${renderIcon(icon)}<span>${text} ${action}</span></p>`;
}

function renderButton(text: string, run: () => void): TemplateResult {
  return html`<button type="button" class="verification-link" @click=${run}>${text}</button>`;
}

function formatNumber(value: number): string {
  return value.toLocaleString(locale);
}
