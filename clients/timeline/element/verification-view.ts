import { html, type TemplateResult } from "lit";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { renderIcon } from "./icons.ts";
import type { VerificationStatus } from "./verification-controller.ts";
import type { ViewContext } from "./view-context.ts";

/** Fields that are named; the log has all. */
const maxFields = 10;

/** Renders whether an event is verified, as a detail of it; nothing if the host does not ask for it. */
export function renderVerification(event: TimelineEvent, context: ViewContext): TemplateResult | "" {
  const status = context.verificationOf(event);
  if (status === null) return "";
  const { messages } = context;
  return html`<div>
    <dt>${messages.verification}</dt>
    <dd part="verification" class="verification ${status.kind}">${renderStatus(status, messages)}${
      status.kind === "failed" || status.kind === "not_sealed"
        ? html`<button type="button" class="again" @click=${() => context.verify(event)}>${messages.retry}</button>`
        : ""
    }</dd>
  </div>`;
}

function renderStatus(status: VerificationStatus, messages: Messages): TemplateResult {
  switch (status.kind) {
    case "verified": {
      const sequence = new Intl.NumberFormat(messages.language).format(status.sequence);
      return html`<span role="status">${renderIcon("verified")}${messages.verified.replace("{sequence}", sequence)}${
        status.hidden.length === 0 ? "" : html` · ${messages.without} ${renderFields(status.hidden)}`
      }</span>`;
    }
    case "false":
      return html`<span role="alert">${renderIcon("warning")}<span>${messages.falsified}${
        status.differences.length === 0 ? "" : html`: ${renderFields(status.differences.map(({ field }) => field))}`
      }</span></span>`;
    case "verifying":
      return html`<span role="status">${messages.verifying}</span>`;
    case "not_sealed":
      return html`<span role="status">${messages.notSealed}</span>`;
    case "unknown":
    case "failed":
      return html`<span role="status">${messages.unverified}</span>`;
  }
}

function renderFields(fields: readonly string[]): TemplateResult[] {
  const named = fields.slice(0, maxFields).map(toDisplayText);
  const all = fields.length > maxFields ? [...named, "…"] : named;
  return all.map((field, at) => html`${at === 0 ? "" : ", "}<bdi>${field}</bdi>`);
}
