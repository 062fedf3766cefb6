import { html, type TemplateResult } from "lit";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { formatPlural } from "#clients/timeline/locales/resolve-messages.ts";
import type { TimelineStatus } from "#clients/timeline/store/timeline-state.ts";
import { type IconName, renderIcon } from "./icons.ts";

/** Something to say instead of events, or above them. */
export type Notice = {
  readonly icon: IconName;
  readonly title: string;
  readonly hint: string;
  readonly canRetry: boolean;
};

/** Returns what a status says to readers; `null` if nothing is wrong. */
export function toNotice(status: TimelineStatus, messages: Messages, nowMs: number): Notice | null {
  switch (status.kind) {
    case "loading":
    case "loading_more":
    case "ready":
      return null;
    case "token_expired":
      return { icon: "access", title: messages.tokenExpired, hint: messages.tokenExpiredHint, canRetry: true };
    case "forbidden":
      return { icon: "access", title: messages.forbidden, hint: messages.forbiddenHint, canRetry: false };
    case "offline":
      return { icon: "offline", title: messages.offline, hint: messages.offlineHint, canRetry: false };
    case "rate_limited": {
      const seconds = Math.max(0, Math.ceil((status.retryAtMs - nowMs) / 1_000));
      const hint = formatPlural(messages.retryIn, seconds, messages.language);
      return { icon: "clock", title: messages.rateLimited, hint, canRetry: false };
    }
    case "failed": {
      const id = status.requestId === null ? "" : ` ${messages.requestId}: ${status.requestId}`;
      return { icon: "warning", title: messages.failed, hint: `${messages.failedHint}${id}`, canRetry: true };
    }
  }
}

/** Renders a notice: in the middle of an empty timeline, or as a bar above its events. */
export function renderNotice(
  { icon, title, hint }: Notice,
  isBar: boolean,
  action: { readonly text: string; readonly run: () => void } | null,
): TemplateResult {
  const button =
    action === null
      ? ""
      : html`<button type="button" part="button" class="button" @click=${action.run}>${action.text}</button>`;
  return html`<div part="notice" class=${isBar ? "bar" : "notice"}>
    <span class="notice-icon">${renderIcon(icon)}</span>
    <div><p class="notice-title">${title}</p><p class="hint">${hint}</p></div>
    ${button}
  </div>`;
}

/** Renders the outline of events that are being loaded. */
export function renderSkeleton(rows: number): TemplateResult {
  const row = (_: unknown, at: number) => html`<div class="event">
    <span class="avatar bone"></span>
    <div class="body"><span class="bone line-${at % 3}"></span>
    <span class="bone short"></span></div>
  </div>`;
  return html`<div class="skeleton" aria-hidden="true">${Array.from({ length: rows }, row)}</div>`;
}
