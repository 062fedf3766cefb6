import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import type { VerificationKeyStore } from "#clients/console/session/verification-key-store.ts";
import { renderField } from "#clients/console/ui/field.ts";

/** The element `<verification-key-form>`. Events: `entered` when a key of this log is in the store, `cancelled`. */
export class VerificationKeyForm extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    keys: { attribute: false },
    text: { state: true },
    isKept: { state: true },
    error: { state: true },
  };

  declare keys: VerificationKeyStore;
  private declare text: string | null;
  private declare isKept: boolean;
  private declare error: string | null;

  constructor() {
    super();
    Object.assign(this, { text: null, isKept: false, error: null });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { error, keys } = this;
    const id = "verification-key";
    const field = { id, label: "Key", hint: `One line: NAME/${keys.org}+ID+KEY`, error };
    return html`<form class="stack" @submit=${this.#submit}>
      ${renderField(
        field,
        html`<textarea
          class="input mono verification-key" id=${id} rows="3" required dir="ltr" autocomplete="off" autocapitalize="off"
          spellcheck="false" aria-describedby="${id}-hint" aria-invalid=${error !== null}
          .value=${this.text ?? keys.key ?? ""}
          @input=${this.#input}
        ></textarea>`,
      )}
      <label class="check">
        <input type="checkbox" .checked=${this.isKept} @change=${() => (this.isKept = !this.isKept)}>
        <span>Keep until this tab is closed</span>
      </label>
      <p class="unseen" role="alert">${error ?? ""}</p>
      <div class="dialog-actions">
        <button type="button" class="button" @click=${() => this.#notify("cancelled")}>Cancel</button>
        <button type="submit" class="button primary">Use this key</button>
      </div>
    </form>`;
  }

  readonly #input = ({ target }: Event): void => {
    if (target instanceof HTMLTextAreaElement) this.text = target.value;
  };

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const text = (this.text ?? this.keys.key ?? "").trim();
    this.error = await findKeyError(text, this.keys.org);
    if (this.error !== null) return;
    this.keys.set(text, this.isKept);
    this.#notify("entered");
  };

  #notify(type: string): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}

/** Returns why a text is not the verification key of an organisation's log; `null` if it is one. */
async function findKeyError(text: string, org: string): Promise<string | null> {
  const { parseVerificationKey } = await import("#shared/ledger/formats/verification-key.ts");
  const { ProofError } = await import("#shared/ledger/proof-error.ts");
  try {
    const { name } = parseVerificationKey(text);
    return name.endsWith(`/${org}`) ? null : `This is the key of ${name}, and not of the log of ${org}.`;
  } catch (error) {
    if (error instanceof ProofError) return error.message;
    throw error;
  }
}

customElements.define("verification-key-form", VerificationKeyForm);
