import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { showToast } from "#clients/console/ui/toast.ts";
import { EndpointPage, type EndpointWithHealth } from "#clients/console/webhooks/endpoint/endpoint-page.ts";
import { type EndpointForm, toForm, toPatch } from "#clients/console/webhooks/endpoints/endpoint-form.ts";
import "#clients/console/webhooks/endpoints/endpoint-form-element.ts";
import type { CatalogueEntry } from "#clients/console/webhooks/event-types/event-type-filters.ts";
import "./delete-endpoint.ts";
import "./rotate-secret.ts";

type OpenDialog = "rotate" | "delete" | null;

/** The page on which an endpoint is changed, disabled and deleted, and its secret rotated. */
export class SettingsPage extends EndpointPage {
  static override readonly properties: PropertyDeclarations = {
    catalogue: { state: true },
    openDialog: { state: true },
    saves: { state: true },
  };

  protected override readonly tab = "/settings";
  private declare catalogue: readonly CatalogueEntry[];
  private declare openDialog: OpenDialog;
  /** How often the form was saved: what was entered is kept when the endpoint is loaded again for another reason. */
  private declare saves: number;

  constructor() {
    super();
    this.catalogue = [];
    this.openDialog = null;
    this.saves = 0;
  }

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    // Without the catalogue, filters are entered as text.
    this.catalogue = await this.context.api.client.webhooks.listEventTypes().catch(() => []);
  }

  protected override renderTab(endpoint: EndpointWithHealth): TemplateResult {
    return html`<div class="stack settings">
      <section class="panel" aria-labelledby="settings-subscription">
        <h2 id="settings-subscription">Subscription</h2>
        <endpoint-form class="panel-body"
          .form=${guard([endpoint.endpoint_id, this.saves], () => toForm(endpoint))}
          .headerNames=${endpoint.header_names}
          .catalogue=${this.catalogue}
          .submitText=${"Save changes"}
          .save=${(form: EndpointForm) => this.#save(form, endpoint)}
        ></endpoint-form>
      </section>
      ${this.#renderOperations(endpoint)} ${this.#renderDialog(endpoint)}
    </div>`;
  }

  #renderOperations({ status }: EndpointWithHealth): TemplateResult {
    const isEnabled = status === "enabled";
    return html`<section class="panel" aria-label="Operations">
      <div class="setting">
        <div><h3>Signing secret</h3><p class="muted">Rotate it on a schedule, or immediately when it has leaked. The old one can sign beside the new one for a while.</p></div>
        <button type="button" class="button" @click=${() => this.#open("rotate")}>Rotate secret</button>
      </div>
      <div class="setting">
        <div><h3>${isEnabled ? "Disable" : "Enable"}</h3><p class="muted">${
          isEnabled
            ? "A disabled endpoint is sent nothing. What it misses can be replayed when it is enabled again."
            : "It is sent each new event again. What it has missed can be replayed."
        }</p></div>
        <button type="button" class="button" @click=${() => this.setEnabled(!isEnabled)}>${isEnabled ? "Disable" : "Enable"}</button>
      </div>
      <div class="setting">
        <div><h3>Delete</h3><p class="muted">The endpoint is removed for good.</p></div>
        <button type="button" class="button danger" @click=${() => this.#open("delete")}>Delete endpoint</button>
      </div>
    </section>`;
  }

  #renderDialog({ endpoint_id, url }: EndpointWithHealth): TemplateResult | "" {
    const close = () => this.#open(null);
    switch (this.openDialog) {
      case null:
        return "";
      case "rotate":
        return html`<rotate-secret .context=${this.context} .endpointId=${endpoint_id}
          .onRotated=${() => this.endpoint.load()} .onClose=${close}></rotate-secret>`;
      case "delete":
        return html`<delete-endpoint .context=${this.context} .endpointId=${endpoint_id} .url=${url} .onClose=${close}></delete-endpoint>`;
    }
  }

  #open(dialog: OpenDialog): void {
    this.openDialog = dialog;
  }

  async #save(form: EndpointForm, endpoint: EndpointWithHealth): Promise<void> {
    const patch = toPatch(form, endpoint);
    if (Object.keys(patch).length > 0) {
      await this.context.api.client.webhooks.endpoints.update(this.endpointId, patch);
      await this.endpoint.load();
      this.saves += 1;
    }
    showToast("The settings are saved.");
  }
}

customElements.define("console-endpoint-settings-page", SettingsPage);
