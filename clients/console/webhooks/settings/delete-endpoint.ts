import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { toFailure } from "#clients/console/api/api-failure.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import { showToast } from "#clients/console/ui/toast.ts";

/** The element `<delete-endpoint>`: a dialog that asks whether to delete an endpoint, and returns to the list after that. */
export class DeleteEndpoint extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    endpointId: { attribute: false },
    url: { attribute: false },
    onClose: { attribute: false },
    isSending: { state: true },
    error: { state: true },
  };

  declare context: PageContext;
  declare endpointId: string;
  declare url: string;
  declare onClose: () => void;
  private declare isSending: boolean;
  private declare error: string | null;

  constructor() {
    super();
    Object.assign(this, { isSending: false, error: null });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const body = html`
      <p><bdi class="mono">${this.url}</bdi> is no longer sent anything, not even the deliveries that are waiting. Its
        secret becomes invalid. This cannot be undone.</p>
      <p class="muted">To stop deliveries for a while, disable it instead: what it misses can be replayed.</p>
      ${this.error === null ? "" : html`<p class="webhook-error" role="alert">${this.error}</p>`}
      <div class="dialog-actions">
        <button type="button" class="button" @click=${this.onClose}>Cancel</button>
        <button type="button" class="button primary danger" ?disabled=${this.isSending} @click=${this.#delete}>Delete</button>
      </div>`;
    return renderDialog({ title: "Delete this endpoint?", body, onClose: this.onClose });
  }

  readonly #delete = async (): Promise<void> => {
    this.isSending = true;
    this.error = null;
    try {
      await this.context.api.client.webhooks.endpoints.delete(this.endpointId);
      showToast("The endpoint is deleted.");
      this.context.navigate("/webhooks", { replace: true });
    } catch (error) {
      this.error = formatFailure(toFailure(error, navigator.onLine));
    } finally {
      this.isSending = false;
    }
  };
}

customElements.define("delete-endpoint", DeleteEndpoint);
