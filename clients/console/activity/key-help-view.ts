import { html, type TemplateResult } from "lit";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import { keyHelp } from "./activity-keys.ts";

/** Renders what the keys of the page do. */
export function renderKeyHelp(onClose: () => void): TemplateResult {
  const body = html`<dl class="keys">
    ${keyHelp.map(([keys, text]) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${text}</dd>`)}
  </dl>`;
  return renderDialog({ title: "Shortcuts", body, onClose });
}
