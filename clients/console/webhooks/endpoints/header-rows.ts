import { html, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import type { HeaderRow } from "./endpoint-form.ts";

const maxHeaders = 10;

/**
 * Renders the headers of an endpoint as rows of a name and a value. Without rows (`null`) the endpoint keeps its own, of
 * which only the names are known.
 */
export function renderHeaderRows(
  rows: readonly HeaderRow[] | null,
  keptNames: readonly string[],
  onChange: (rows: readonly HeaderRow[]) => void,
): TemplateResult {
  if (rows === null && keptNames.length > 0) {
    return html`<div class="kept-headers" id="headers" role="group" aria-label="Headers" tabindex="-1">
      ${keptNames.map((name) => html`<span class="chip mono">${name}: ••••</span>`)}
      <button type="button" class="button" @click=${() => onChange(keptNames.map((name) => ({ name, value: "" })))}>Replace</button>
      <button type="button" class="button" @click=${() => onChange([])}>Remove</button>
    </div>`;
  }
  const entered = rows ?? [];
  const setRow = (index: number, change: Partial<HeaderRow>) =>
    onChange(entered.map((row, at) => (at === index ? { ...row, ...change } : row)));
  return html`<div class="header-rows" id="headers" role="group" aria-label="Headers" tabindex="-1">
    ${entered.map(
      (row, index) => html`<div class="header-row">
        ${renderInput("name", index, row.name, (name) => setRow(index, { name }))}
        ${renderInput("value", index, row.value, (value) => setRow(index, { value }))}
        <button type="button" class="button plain icon-only" aria-label="Remove header ${index + 1}"
          @click=${() => onChange(entered.filter((_, at) => at !== index))}>${renderIcon("close")}</button>
      </div>`,
    )}
    <button type="button" class="button" ?disabled=${entered.length >= maxHeaders}
      @click=${() => onChange([...entered, { name: "", value: "" }])}>${renderIcon("plus")}Add header</button>
  </div>`;
}

function renderInput(
  part: keyof HeaderRow,
  index: number,
  value: string,
  onInput: (value: string) => void,
): TemplateResult {
  return html`<input class="input mono" aria-label="Header ${index + 1}, ${part}" placeholder=${part === "name" ? "X-Api-Key" : "Value"}
    autocomplete="off" autocapitalize="off" spellcheck="false" .value=${value}
    @input=${({ target }: InputEvent) => target instanceof HTMLInputElement && onInput(target.value)}>`;
}
