import { html, type TemplateResult } from "lit";

export type Tab = { readonly href: string; readonly text: string; readonly isCurrent: boolean };

/** Renders tabs, each of which has an address. */
export function renderTabs(label: string, tabs: readonly Tab[]): TemplateResult {
  return html`<nav class="tabs" aria-label=${label}>
    ${tabs.map(
      ({ href, text, isCurrent }) =>
        html`<a class="tab" href=${href} aria-current=${isCurrent ? "page" : "false"}>${text}</a>`,
    )}
  </nav>`;
}
