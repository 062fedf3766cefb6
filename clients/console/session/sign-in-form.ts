import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { renderTextField } from "#clients/console/ui/field.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import type { Credentials } from "./credentials.ts";

/** The element `<sign-in-form>`: asks for a token, and for the organisation where the token has several. */
export class SignInForm extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    signIn: { attribute: false },
    org: { attribute: false },
    token: { state: true },
    isKept: { state: true },
    hasOrg: { state: true },
    isBusy: { state: true },
    error: { state: true },
  };

  /** Throws `ActivityLogError` if the API refuses the token. */
  declare signIn: (credentials: Credentials, isKept: boolean) => Promise<void>;
  /** The organisation; empty for the only one of the token. */
  declare org: string;
  private declare token: string;
  private declare isKept: boolean;
  private declare hasOrg: boolean;
  private declare isBusy: boolean;
  private declare error: string | null;

  constructor() {
    super();
    Object.assign(this, { org: "", token: "", isKept: false, hasOrg: false, isBusy: false, error: null });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const token = {
      id: "token",
      label: "Token",
      type: "password",
      value: this.token,
      placeholder: "aibooks_pat_…",
      isRequired: true,
      error: this.hasOrg ? null : this.error,
      onInput: (value: string) => {
        this.token = value;
      },
    } as const;
    return html`<form class="stack" @submit=${this.#submit}>
      ${renderTextField(token)} ${this.hasOrg || this.org !== "" ? this.#renderOrg() : ""}
      <label class="check">
        <input type="checkbox" .checked=${this.isKept} @change=${() => (this.isKept = !this.isKept)}>
        <span>Keep until this tab is closed</span>
      </label>
      <button type="submit" class="button primary" ?disabled=${this.isBusy}>${this.isBusy ? "Signing in…" : "Sign in"}</button>
      <p class="unseen" role="alert">${this.error ?? ""}</p>
    </form>`;
  }

  #renderOrg(): TemplateResult {
    return renderTextField({
      id: "org",
      label: "Organisation",
      value: this.org,
      isRequired: true,
      error: this.error,
      onInput: (value) => {
        this.org = value;
      },
    });
  }

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    this.isBusy = true;
    this.error = null;
    try {
      const org = this.org.trim();
      await this.signIn({ token: this.token.trim(), org: org === "" ? null : org }, this.isKept);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.isBusy = false;
    }
  };

  async #fail(error: unknown): Promise<void> {
    if (error instanceof ActivityLogError && error.apiCode === "validation.required_field" && !this.hasOrg) {
      this.hasOrg = true;
      await this.updateComplete;
      this.querySelector<HTMLInputElement>("#org")?.focus();
      this.error = "This token has several organisations. Name one.";
      return;
    }
    const failure = toFailure(error, navigator.onLine);
    this.error = failure.kind === "expired" ? "This token is unknown, expired or revoked." : formatFailure(failure);
  }
}

customElements.define("sign-in-form", SignInForm);
