import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import type { CatalogueEntry } from "#clients/console/webhooks/event-types/event-type-filters.ts";
import { type EndpointForm, toSettings } from "./endpoint-form.ts";
import "./endpoint-form-element.ts";
import { renderSecretDialog } from "./secret-dialog.ts";

/** The element `<create-endpoint>`: a dialog that creates an endpoint, then one with its secret. */
export class CreateEndpoint extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    onCreated: { attribute: false },
    onClose: { attribute: false },
    catalogue: { state: true },
    secret: { state: true },
    isStored: { state: true },
  };

  declare context: PageContext;
  declare onCreated: () => void;
  declare onClose: () => void;
  private declare catalogue: readonly CatalogueEntry[];
  private declare secret: string | null;
  private declare isStored: boolean;

  constructor() {
    super();
    Object.assign(this, { catalogue: [], secret: null, isStored: false });
  }

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    // Without the catalogue, filters are entered as text.
    this.catalogue = await this.context.api.client.webhooks.listEventTypes().catch(() => []);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.secret = null;
  }

  /** The form had the focus, and is gone. */
  protected override updated(changed: PropertyValues): void {
    if (changed.has("secret") && this.secret !== null) this.querySelector<HTMLElement>(".secret button")?.focus();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    if (this.secret !== null) return this.#renderSecret(this.secret);
    const body = html`<endpoint-form
      .catalogue=${this.catalogue}
      .submitText=${"Add endpoint"}
      .save=${this.#create}
      .cancel=${this.onClose}
    ></endpoint-form>`;
    return renderDialog({ title: "Add endpoint", body, isWide: true, onClose: this.onClose });
  }

  #renderSecret(secret: string): TemplateResult {
    return renderSecretDialog({
      title: "Signing secret",
      hint: "The endpoint was added. Requests to it are signed with this secret.",
      secret,
      isStored: this.isStored,
      onStored: (isStored) => {
        this.isStored = isStored;
      },
      onClose: this.onClose,
    });
  }

  readonly #create = async (form: EndpointForm): Promise<void> => {
    const { secret } = await this.context.api.client.webhooks.endpoints.create(toSettings(form));
    this.secret = secret;
    this.onCreated();
  };
}

customElements.define("create-endpoint", CreateEndpoint);
