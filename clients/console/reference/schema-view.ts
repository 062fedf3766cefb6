import { html, nothing, type TemplateResult } from "lit";
import { getReferenceName, type Resolve } from "./description/resolve.ts";
import { type SchemaProperty, type SchemaSummary, summarizeSchema } from "./description/schema.ts";
import { renderRichText } from "./rich-text.ts";

/** More values of an enumeration would hide the rest. */
const maxValues = 30;

/** Renders the properties of a schema, and theirs within. `open` are the components that it is a part of. */
export function renderSchema(schema: unknown, resolve: Resolve, open: readonly string[] = []): TemplateResult {
  const name = getReferenceName(schema);
  const { properties, ...summary } = summarizeSchema(schema, resolve);
  const within = name === null ? open : [...open, name];
  if (properties.length === 0) return renderSummary(summary);
  return html`<ul class="reference-schema">${properties.map((property) => renderProperty(property, resolve, within))}</ul>`;
}

/** Renders the type of a value, what it must fulfil, and what it means. */
export function renderSummary({
  type,
  description,
  constraints,
  values,
}: Omit<SchemaSummary, "properties">): TemplateResult {
  return html`<span class="reference-type">${type}</span>
    ${constraints.length === 0 ? nothing : html`<span class="reference-limits wrap">${constraints.join(", ")}</span>`}
    ${description === "" ? nothing : html`<p>${renderRichText(description)}</p>`}
    ${values.length === 0 ? nothing : renderValues(values)}`;
}

function renderProperty(
  { name, isRequired, schema }: SchemaProperty,
  resolve: Resolve,
  open: readonly string[],
): TemplateResult {
  const { properties, ...summary } = summarizeSchema(schema, resolve);
  const component = getReferenceName(schema) ?? getReferenceName(resolve(schema).items);
  const isRecursive = component !== null && open.includes(component);
  const within = component === null ? open : [...open, component];
  return html`<li>
    <code class="reference-name">${name}</code>${isRequired ? nothing : html` <span class="reference-limits">optional</span>`}
    ${renderSummary(summary)}
    ${
      properties.length === 0 || isRecursive
        ? nothing
        : html`<details class="reference-nested"><summary>${properties.length} ${properties.length === 1 ? "property" : "properties"}</summary>
          <ul class="reference-schema">${properties.map((property) => renderProperty(property, resolve, within))}</ul>
        </details>`
    }
  </li>`;
}

function renderValues(values: readonly string[]): TemplateResult {
  const rest = values.length - maxValues;
  return html`<p class="reference-values">${values.length === 1 ? "Always" : "One of"}
    ${values.slice(0, maxValues).map((value) => html`<code>${value}</code> `)}${rest > 0 ? `and ${rest} more` : nothing}</p>`;
}
