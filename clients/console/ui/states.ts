import { html, type TemplateResult } from "lit";
import type { ApiFailure } from "#clients/console/api/api-failure.ts";
import { type IconName, renderIcon } from "./icons.ts";

export type Notice = {
  readonly icon: IconName;
  readonly title: string;
  readonly hint?: string;
  readonly action?: TemplateResult | undefined;
};

/** Renders a message where there is nothing else to show: for an empty list, or an error. */
export function renderNotice({ icon, title, hint = "", action }: Notice): TemplateResult {
  return html`<div class="notice">
    ${renderIcon(icon)}
    <h2>${title}</h2>
    ${hint === "" ? "" : html`<p>${hint}</p>`}
    ${action === undefined ? "" : html`<div class="actions">${action}</div>`}
  </div>`;
}

/** Renders the outline of a list that is being loaded. */
export function renderSkeleton(lines = 6): TemplateResult {
  return html`<div class="bones" role="status" aria-label="Loading">
    ${Array.from({ length: lines }, () => html`<span class="bone"></span>`)}
  </div>`;
}

/** Renders why something could not be loaded, with a button to try again where that can help. */
export function renderFailure(failure: ApiFailure, retry: () => void): TemplateResult {
  const again = html`<button type="button" class="button" @click=${retry}>${renderIcon("refresh")}Try again</button>`;
  switch (failure.kind) {
    case "expired":
      return renderNotice({
        icon: "lock",
        title: "Your session has ended",
        hint: "Sign in to continue.",
        action: again,
      });
    case "forbidden":
      return renderNotice({ icon: "lock", title: "Your token cannot do this", hint: failure.message });
    case "not_found":
      return renderNotice({ icon: "search", title: "Not found", hint: "It does not exist, or it was removed." });
    case "rate_limited":
      return renderNotice({ icon: "clock", title: "Too many requests", hint: "Try again in a minute.", action: again });
    case "offline":
      return renderNotice({ icon: "offline", title: "You are offline", hint: "Check your connection.", action: again });
    case "invalid":
    case "conflict":
      return renderNotice({ icon: "warning", title: "The API refused the request", hint: failure.message });
    case "failed":
      return renderNotice({ icon: "warning", title: "This could not be loaded", hint: toHint(failure), action: again });
  }
}

/** Returns an error in one sentence: for toasts, and beside what has failed. */
export function formatFailure(failure: ApiFailure): string {
  switch (failure.kind) {
    case "expired":
      return "Your session has ended. Sign in again.";
    case "not_found":
      return "Not found: it does not exist, or it was removed.";
    case "rate_limited":
      return "Too many requests. Try again in a minute.";
    case "offline":
      return "You are offline.";
    case "forbidden":
    case "invalid":
    case "conflict":
      return failure.message;
    case "failed":
      return toHint(failure);
  }
}

function toHint({ message, requestId }: Extract<ApiFailure, { kind: "failed" }>): string {
  return requestId === null ? message : `${message} Request ID: ${requestId}`;
}
