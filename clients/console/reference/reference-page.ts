import { html, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";

/** The page API reference. */
export class ReferencePage extends PageElement {
  protected override render(): TemplateResult {
    return html`${renderPageHead("API reference")}`;
  }
}

customElements.define("console-reference-page", ReferencePage);
