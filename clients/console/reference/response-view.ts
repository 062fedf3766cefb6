import { html, nothing, type TemplateResult } from "lit";
import "#clients/console/ui/copy-button.ts";
import type { BodyDescription, ResponseDescription } from "./description/operation.ts";
import type { Resolve } from "./description/resolve.ts";
import { renderRichText } from "./rich-text.ts";
import { renderSchema } from "./schema-view.ts";

/** Renders the documented responses of an operation; the first one is open. */
export function renderResponses(responses: readonly ResponseDescription[], resolve: Resolve): TemplateResult {
  return html`<section class="reference-section" aria-labelledby="reference-responses">
    <h2 id="reference-responses">Responses</h2>
    <div class="panel">${responses.map((response, index) => renderResponse(response, index === 0, resolve))}</div>
  </section>`;
}

/** Returns the colour of a status code. */
export function getStatusCodeTone(status: string): "positive" | "negative" | "warning" | "neutral" {
  if (status.startsWith("2")) return "positive";
  if (status.startsWith("4")) return "warning";
  return status.startsWith("5") ? "negative" : "neutral";
}

function renderResponse(
  { status, description, headers, bodies }: ResponseDescription,
  isOpen: boolean,
  resolve: Resolve,
): TemplateResult {
  return html`<details class="reference-response" ?open=${isOpen}>
    <summary><span class="pill tone-${getStatusCodeTone(status)}">${status}</span> <span>${renderRichText(description)}</span></summary>
    <div class="reference-response-body">
      ${bodies.map((body) => renderBody(body, resolve, { hasExample: true }))}
      ${
        headers.length === 0
          ? nothing
          : html`<h3>Headers</h3>
            <dl class="facts">${headers.map((header) => html`<div><dt class="mono">${header.name}</dt><dd>${renderRichText(header.description)}</dd></div>`)}</dl>`
      }
    </div>
  </details>`;
}

/** Renders the media type of a body, its schema and, if wanted, its first example. */
export function renderBody(
  { mediaType, schema, examples }: BodyDescription,
  resolve: Resolve,
  { hasExample }: { readonly hasExample: boolean },
): TemplateResult {
  const example = hasExample ? examples[0] : undefined;
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return html`<h3>Body <span class="reference-limits">${mediaType}</span></h3>
    ${renderSchema(schema, resolve)}
    ${
      example === undefined
        ? nothing
        : html`<div class="reference-example">
          <copy-button .value=${text} label="the example"></copy-button>
          <pre class="code" tabindex="0" role="group" aria-label="Example of the body">${text}</pre>
        </div>`
    }`;
}
