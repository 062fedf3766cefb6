import { html, type TemplateResult } from "lit";

/** Renders a state as a coloured pill with its word; the colour alone says nothing. */
export function renderPill({ label, tone }: { readonly label: string; readonly tone: string }): TemplateResult {
  return html`<span class="pill tone-${tone}"><span class="dot"></span>${label}</span>`;
}
