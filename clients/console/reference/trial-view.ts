import { html, type TemplateResult } from "lit";
import "#clients/console/ui/copy-button.ts";
import { locale } from "#clients/console/ui/locale.ts";
import type { TrialResponse } from "./request/send-request.ts";
import { getStatusCodeTone } from "./response-view.ts";

/** Longer bodies are cut: a page of events may have megabytes. */
const maxLength = 100_000;

/** Renders the response to a request that the reader has sent. */
export function renderTrialResponse({ status, headers, body, durationMs }: TrialResponse): TemplateResult {
  const rest = body.length - maxLength;
  return html`<div class="reference-result">
    <p><span class="pill tone-${getStatusCodeTone(String(status))}">${status}</span> <span class="muted">${durationMs} ms</span></p>
    <details><summary>${headers.length} headers</summary>
      <dl class="facts mono">${headers.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    </details>
    <div class="reference-example">
      <copy-button .value=${body} label="the body"></copy-button>
      <pre class="code" tabindex="0" role="region" aria-label="Body of the response">${body === "" ? "(empty)" : body.slice(0, maxLength)}</pre>
    </div>
    ${rest > 0 ? html`<p class="muted">${rest.toLocaleString(locale)} more characters. Copy the body to see them.</p>` : ""}
  </div>`;
}
