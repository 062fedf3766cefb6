import { html, type TemplateResult } from "lit";

/** Renders a text of the description, in which backticks mark code. */
export function renderRichText(text: string): readonly (string | TemplateResult)[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
