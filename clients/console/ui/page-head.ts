import { html, type TemplateResult } from "lit";

/** Renders the heading of a page, which gets the focus when the page is opened, and its actions. */
export function renderPageHead(
  title: string | TemplateResult,
  { hint, actions }: { readonly hint?: string | TemplateResult; readonly actions?: TemplateResult } = {},
): TemplateResult {
  return html`<header class="page-head">
    <div>
      <h1 tabindex="-1">${title}</h1>
      ${hint === undefined ? "" : html`<p class="muted">${hint}</p>`}
    </div>
    ${actions === undefined ? "" : html`<div class="actions">${actions}</div>`}
  </header>`;
}
