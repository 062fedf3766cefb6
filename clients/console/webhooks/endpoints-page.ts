import { html, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";

/** The page Webhooks. */
export class EndpointsPage extends PageElement {
  protected override render(): TemplateResult {
    return html`${renderPageHead("Webhooks")}`;
  }
}

customElements.define("console-endpoints-page", EndpointsPage);
