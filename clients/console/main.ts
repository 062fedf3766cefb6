import { css, html, LitElement, type TemplateResult } from "lit";

/** The element `<activity-console>`: the whole page. */
export class ConsoleElement extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      padding: 24px;
      color: light-dark(#1a1d21, #e8eaed);
    }
  `;

  protected override render(): TemplateResult {
    return html`<h1>Activity log</h1>`;
  }
}

customElements.define("activity-console", ConsoleElement);
