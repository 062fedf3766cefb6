import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { renderField, renderTextField } from "#clients/console/ui/field.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import "#clients/console/webhooks/event-types/event-type-field.ts";
import type { CatalogueEntry } from "#clients/console/webhooks/event-types/event-type-filters.ts";
import {
  type EndpointForm,
  emptyForm,
  type FormErrors,
  findMissing,
  formFields,
  toFormErrors,
} from "./endpoint-form.ts";
import { renderHeaderRows } from "./header-rows.ts";

/** The element `<endpoint-form>`: the settings of an endpoint, with the errors of the API at their fields. */
export class EndpointFormElement extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    form: { attribute: false },
    catalogue: { attribute: false },
    headerNames: { attribute: false },
    submitText: { attribute: false },
    save: { attribute: false },
    cancel: { attribute: false },
    errors: { state: true },
    isBusy: { state: true },
  };

  declare form: EndpointForm;
  declare catalogue: readonly CatalogueEntry[];
  /** The names of the headers that the endpoint has; their values are never shown. */
  declare headerNames: readonly string[];
  declare submitText: string;
  /** Throws `ActivityLogError` if the API refuses the form. */
  declare save: (form: EndpointForm) => Promise<void>;
  declare cancel: (() => void) | null;
  private declare errors: FormErrors;
  private declare isBusy: boolean;

  constructor() {
    super();
    const initial = { form: emptyForm, catalogue: [], headerNames: [], cancel: null, errors: {}, isBusy: false };
    Object.assign(this, initial);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { url, description } = this.form;
    return html`<form class="stack" novalidate @submit=${this.#submit}>
      ${renderTextField({
        ...{ id: "url", label: "URL", type: "url", placeholder: "https://example.com/webhooks", isRequired: true },
        hint: "Where events are sent, by POST. A deployed stack sends to public https addresses only.",
        ...{ value: url, error: this.errors.url ?? null, onInput: (value) => this.#set({ url: value }) },
      })}
      <event-type-field
        .value=${this.form.events}
        .catalogue=${this.catalogue}
        .error=${this.errors.events ?? null}
        .onChange=${(events: readonly string[]) => this.#set({ events })}
      ></event-type-field>
      ${renderTextField({
        ...{ id: "description", label: "Description", placeholder: "What the receiver does" },
        ...{ value: description, error: this.errors.description ?? null },
        onInput: (value) => this.#set({ description: value }),
      })}
      ${this.#renderAdvanced()}
      <p class="error form-error" role="alert" ?hidden=${this.errors.form === undefined}>${this.errors.form}</p>
      <div class="dialog-actions">
        ${this.cancel === null ? "" : html`<button type="button" class="button" @click=${this.cancel}>Cancel</button>`}
        <button type="submit" class="button primary" ?disabled=${this.isBusy}>${this.submitText}</button>
      </div>
    </form>`;
  }

  #renderAdvanced(): TemplateResult {
    const { entityId, headers } = this.form;
    const isNeeded = entityId !== "" || this.errors.entity_id !== undefined || this.errors.headers !== undefined;
    return html`<details class="advanced" ?open=${isNeeded || this.headerNames.length > 0 || (headers?.length ?? 0) > 0}>
      <summary>${renderIcon("chevron")}Advanced</summary>
      <div class="stack">
        ${renderTextField({
          ...{ id: "entity_id", label: "Document", placeholder: "inv_8c3f1a9b" },
          hint: "The id of one document, to be sent its events only. Leave it empty for all documents.",
          ...{ value: entityId, error: this.errors.entity_id ?? null },
          onInput: (value) => this.#set({ entityId: value }),
        })}
        ${renderField(
          {
            ...{ id: "headers", label: "Headers", error: this.errors.headers ?? null },
            hint: "Sent with each request, for a gateway in front of the receiver. Values are encrypted, and never shown again.",
          },
          renderHeaderRows(headers, this.headerNames, (rows) => this.#set({ headers: rows })),
        )}
      </div>
    </details>`;
  }

  #set(change: Partial<EndpointForm>): void {
    this.form = { ...this.form, ...change };
  }

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    this.errors = findMissing(this.form);
    if (Object.keys(this.errors).length > 0) return this.#focusError();
    this.isBusy = true;
    try {
      await this.save(this.form);
    } catch (error) {
      this.errors = toFormErrors(toFailure(error, navigator.onLine), formatFailure);
      await this.#focusError();
    } finally {
      this.isBusy = false;
    }
  };

  async #focusError(): Promise<void> {
    await this.updateComplete;
    const field = formFields.find((name) => this.errors[name] !== undefined);
    if (field !== undefined) this.querySelector<HTMLElement>(`#${field}`)?.focus();
  }
}

customElements.define("endpoint-form", EndpointFormElement);
