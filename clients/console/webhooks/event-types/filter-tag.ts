import { html, type TemplateResult } from "lit";

/** Renders a filter of event types: in words if it matches every type. */
export function renderFilterTag(filter: string): TemplateResult {
  if (filter === "*") return html`<span class="tag" data-tip="All event types of documents: *">All events</span>`;
  return html`<span class="tag mono">${filter}</span>`;
}
