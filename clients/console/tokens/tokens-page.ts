import { html, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";

/** The page Tokens. */
export class TokensPage extends PageElement {
  protected override render(): TemplateResult {
    return html`${renderPageHead("Tokens")}`;
  }
}

customElements.define("console-tokens-page", TokensPage);
