import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import "#clients/console/ui/copy-button.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { formatDuration } from "#clients/console/webhooks/health/delivery-stats.ts";
import { exchangeStyles } from "#clients/console/webhooks/styles/exchange.ts";
import { toAttemptTone, toResult } from "./delivery-status.ts";
import { toVisibleText } from "./untrusted-text.ts";

type Attempt = Schemas["WebhookDeliveryWithAttempts"]["attempts"][number];

adoptStyles(exchangeStyles);

/** Bodies of at most this length are open from the start. */
const openLength = 600;

/** Renders what the receiver responded to an attempt. All of it is text of the receiver, shown as text. */
export function renderAttemptResponse(attempt: Attempt): TemplateResult {
  const { response_status, error, message, duration_ms, response_headers } = attempt;
  return html`<div class="exchange">
    <p class="result-line">
      <span class="pill tone-${toAttemptTone(attempt)}">${toResult(response_status, error) ?? "No response"}</span>
      <span class="muted">${formatDuration(duration_ms)}</span>
      ${message === null ? "" : html`<span>${message}</span>`}
    </p>
    ${renderHeaders(Object.entries(response_headers))} ${renderResponseBody(attempt)}
  </div>`;
}

/** Renders the headers of a request or response. */
export function renderHeaders(headers: readonly (readonly [name: string, value: string])[]): TemplateResult {
  if (headers.length === 0) return html`<p class="muted small">No headers.</p>`;
  return html`<div class="headers" tabindex="0" role="group" aria-label="Headers">
    <dl>${headers.map(([name, value]) => html`<div><dt>${toVisibleText(name)}</dt><dd><bdi>${toVisibleText(value)}</bdi></dd></div>`)}</dl>
  </div>`;
}

function renderResponseBody({ response_body, response_truncated }: Attempt): TemplateResult {
  if (response_body === "") return html`<p class="muted small">No body.</p>`;
  const size = `${response_body.length.toLocaleString(locale)} characters${response_truncated ? ", cut here" : ""}`;
  return html`<details class="body" ?open=${response_body.length <= openLength}>
    <summary>Body <span class="muted small">${size}</span></summary>
    <pre class="code" tabindex="0" dir="ltr" aria-label="Body of the response">${toVisibleText(response_body)}</pre>
  </details>`;
}
