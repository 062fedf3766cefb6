import { html, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";

/** The page Activity. */
export class ActivityPage extends PageElement {
  protected override render(): TemplateResult {
    return html`${renderPageHead("Activity")}`;
  }
}

customElements.define("console-activity-page", ActivityPage);
