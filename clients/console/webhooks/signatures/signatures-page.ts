import { html, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import "#clients/console/ui/copy-button.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { signatureStyles } from "#clients/console/webhooks/styles/signatures.ts";
import { webhookStyles } from "#clients/console/webhooks/styles/webhooks.ts";
import { renderWebhookTabs } from "#clients/console/webhooks/webhook-tabs.ts";
import { verifySnippet } from "./verify-snippet.ts";

const headers = [
  ["webhook-id", "The ID of the delivery. Repeats have the same: store it under a unique key."],
  ["webhook-timestamp", "When it was signed, in seconds since 1970. Refuse what is more than five minutes off."],
  ["webhook-signature", "v1, and the signature in base64; for each secret while one is rotated, separated by spaces."],
] as const;

/** The page Signatures: how a receiver verifies what it is sent. */
export class SignaturesPage extends PageElement {
  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(webhookStyles, signatureStyles);
  }

  protected override render(): TemplateResult {
    return html`${renderPageHead("Webhooks")} ${renderWebhookTabs(this.context, "/webhooks/signatures")}
      <div class="signatures">
        <p>Anyone can send a request to your URL. Verify each one before you act on it, with the secret of the endpoint
          and the body as it was received, byte for byte.</p>
        ${renderPackage()} ${renderOtherLanguages()} ${renderScheme()}
      </div>`;
  }
}

function renderPackage(): TemplateResult {
  return html`<section>
    <h2>In Node, Deno, Bun and Cloudflare Workers</h2>
    <p class="muted">The package <code>@activity-log/webhooks</code> checks the signature and its age, and returns the parsed body.</p>
    <div class="signatures-code">
      <pre class="code" tabindex="0" dir="ltr" role="region" aria-label="Example">${verifySnippet}</pre>
      <copy-button .value=${verifySnippet} label="the example"></copy-button>
    </div>
  </section>`;
}

function renderOtherLanguages(): TemplateResult {
  return html`<section>
    <h2>In other languages</h2>
    <p class="muted">Signatures follow
      <a href="https://www.standardwebhooks.com" target="_blank" rel="noreferrer">Standard Webhooks${renderIcon("external")}</a>:
      use one of its libraries, with the secret as it is. <code>docs/verify-webhooks.md</code> has Python, Go, Java, PHP and C#.</p>
  </section>`;
}

function renderScheme(): TemplateResult {
  return html`<section>
    <h2>Without a library</h2>
    <ol>
      <li>Join <code>webhook-id</code>, <code>webhook-timestamp</code> and the body with full stops.</li>
      <li>Decode what follows <code>whsec_</code> in the secret from base64: it is the key.</li>
      <li>Compute HMAC-SHA256, encode it as base64, and compare it in constant time with each <code>v1</code> signature.</li>
    </ol>
    <dl class="facts">${headers.map(([name, text]) => html`<div><dt><code>${name}</code></dt><dd>${text}</dd></div>`)}</dl>
  </section>`;
}

customElements.define("console-signatures-page", SignaturesPage);
