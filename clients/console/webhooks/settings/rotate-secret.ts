import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { toFailure } from "#clients/console/api/api-failure.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import { renderSelectField } from "#clients/console/ui/field.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import { renderSecretDialog } from "#clients/console/webhooks/endpoints/secret-dialog.ts";

/** For how long the old secret also signs. The API allows up to 7 days. */
const overlaps = [
  { value: "86400", text: "24 hours" },
  { value: "3600", text: "1 hour" },
  { value: "604800", text: "7 days" },
  { value: "0", text: "Not at all: it has leaked" },
] as const;

/** The element `<rotate-secret>`: a dialog that creates a new secret, then one that shows it. */
export class RotateSecret extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    endpointId: { attribute: false },
    onRotated: { attribute: false },
    onClose: { attribute: false },
    overlap: { state: true },
    secret: { state: true },
    isStored: { state: true },
    isSending: { state: true },
    error: { state: true },
  };

  declare context: PageContext;
  declare endpointId: string;
  declare onRotated: () => void;
  declare onClose: () => void;
  private declare overlap: string;
  private declare secret: string | null;
  private declare isStored: boolean;
  private declare isSending: boolean;
  private declare error: string | null;

  constructor() {
    super();
    Object.assign(this, { overlap: overlaps[0].value, secret: null, isStored: false, isSending: false, error: null });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.secret = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return this.secret === null ? this.#renderQuestion() : this.#renderSecret(this.secret);
  }

  /** The button that had the focus is gone. */
  protected override updated(changed: PropertyValues): void {
    if (changed.has("secret") && this.secret !== null) this.querySelector<HTMLElement>(".secret button")?.focus();
  }

  #renderQuestion(): TemplateResult {
    const body = html`
      <p>Until the old secret ends, each request has the signatures of both, so that your receiver can change to the new one
        without a break.</p>
      ${renderSelectField({
        ...{ id: "overlap", label: "The old secret also signs for", value: this.overlap, options: overlaps },
        hint: "Store the new secret in your receiver before this time has passed.",
        onChange: (overlap) => {
          this.overlap = overlap;
        },
      })}
      ${this.error === null ? "" : html`<p class="webhook-error" role="alert">${this.error}</p>`}
      <div class="dialog-actions">
        <button type="button" class="button" @click=${this.onClose}>Cancel</button>
        <button type="button" class="button primary" ?disabled=${this.isSending} @click=${this.#rotate}>Rotate secret</button>
      </div>`;
    return renderDialog({ title: "Rotate the signing secret?", body, onClose: this.onClose });
  }

  #renderSecret(secret: string): TemplateResult {
    const chosen = overlaps.find(({ value }) => value === this.overlap)?.text ?? "";
    return renderSecretDialog({
      title: "New signing secret",
      hint:
        this.overlap === "0"
          ? "Requests are signed with this secret only. The old one is invalid."
          : `Requests are signed with this secret, and for ${chosen} also with the old one.`,
      secret,
      isStored: this.isStored,
      onStored: (isStored) => {
        this.isStored = isStored;
      },
      onClose: this.onClose,
    });
  }

  readonly #rotate = async (): Promise<void> => {
    this.isSending = true;
    this.error = null;
    try {
      const { endpoints } = this.context.api.client.webhooks;
      const { secret } = await endpoints.rotateSecret(this.endpointId, { overlap_seconds: Number(this.overlap) });
      this.secret = secret;
      this.onRotated();
    } catch (error) {
      this.error = formatFailure(toFailure(error, navigator.onLine));
    } finally {
      this.isSending = false;
    }
  };
}

customElements.define("rotate-secret", RotateSecret);
