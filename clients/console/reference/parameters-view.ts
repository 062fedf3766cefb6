import { html, nothing, type TemplateResult } from "lit";
import type { ParameterDescription } from "./description/operation.ts";
import type { Resolve } from "./description/resolve.ts";
import { summarizeSchema } from "./description/schema.ts";
import { toParameterKey } from "./request/build-request.ts";
import { renderRichText } from "./rich-text.ts";
import { renderSummary } from "./schema-view.ts";

export type ParametersView = {
  readonly parameters: readonly ParameterDescription[];
  readonly resolve: Resolve;
  /** The values that the reader has entered; `null` if the operation cannot be called from here. */
  readonly values: Readonly<Record<string, string>> | null;
  readonly onValue: (key: string, value: string) => void;
};

/** Renders what the parameters of an operation mean, beside fields for their values. */
export function renderParameters(view: ParametersView): TemplateResult {
  return html`<ul class="reference-parameters">${view.parameters.map((parameter) => renderParameter(parameter, view))}</ul>`;
}

function renderParameter(
  parameter: ParameterDescription,
  { resolve, values, onValue }: ParametersView,
): TemplateResult {
  const { name, in: place, isRequired, description } = parameter;
  const key = toParameterKey(parameter);
  const { properties: _, ...summary } = summarizeSchema(parameter.schema, resolve);
  return html`<li>
    <div>
      <label class="reference-name" for=${key}><code>${name}</code></label>
      <span class="reference-limits">${place}${isRequired ? ", required" : nothing}</span>
      ${description === "" ? nothing : html`<p>${renderRichText(description)}</p>`}
      ${renderSummary({ ...summary, description: "" })}
    </div>
    ${values === null ? nothing : renderInput(parameter, summary.values, { key, value: values[key] ?? "", onValue })}
  </li>`;
}

type InputView = {
  readonly key: string;
  readonly value: string;
  readonly onValue: (key: string, value: string) => void;
};

function renderInput(
  { schema, example, isRequired }: ParameterDescription,
  options: readonly string[],
  { key, value, onValue }: InputView,
): TemplateResult {
  const onChange = ({ target }: Event) => {
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) onValue(key, target.value);
  };
  // A list of values is entered as text, separated by commas.
  if (options.length > 0 && !(typeof schema === "object" && schema !== null && "items" in schema)) {
    return html`<select class="select" id=${key} .value=${value} @change=${onChange}>
      <option value="">Not sent</option>
      ${options.map((option) => html`<option value=${option} ?selected=${option === value}>${option}</option>`)}
    </select>`;
  }
  return html`<input class="input mono" id=${key} type="text" autocomplete="off" spellcheck="false" placeholder=${example}
    ?required=${isRequired} .value=${value} @input=${onChange}>`;
}
