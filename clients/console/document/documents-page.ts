import { html, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";

/** The page Documents. */
export class DocumentsPage extends PageElement {
  protected override render(): TemplateResult {
    return html`${renderPageHead("Documents")}`;
  }
}

customElements.define("console-documents-page", DocumentsPage);
