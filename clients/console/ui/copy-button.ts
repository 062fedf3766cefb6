import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { renderIcon } from "./icons.ts";
import { showToast } from "./toast.ts";

/** The element `<copy-button>`: copies its `value`. `label` says what that is. */
export class CopyButton extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    value: { attribute: false },
    label: {},
    isCopied: { state: true },
  };

  declare value: string;
  declare label: string;
  private declare isCopied: boolean;

  constructor() {
    super();
    this.label = "";
    this.isCopied = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<button
      type="button"
      class="copy ${this.isCopied ? "copied" : ""}"
      aria-label="Copy ${this.label}"
      @click=${this.#copy}
    >${renderIcon(this.isCopied ? "check" : "copy")}</button>`;
  }

  readonly #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.value);
    } catch {
      showToast("The browser does not allow copying. Select the text instead.");
      return;
    }
    showToast(`Copied ${this.label}`);
    this.isCopied = true;
    setTimeout(() => {
      this.isCopied = false;
    }, 2_000);
  };
}

customElements.define("copy-button", CopyButton);
