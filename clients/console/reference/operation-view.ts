import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { PageContext } from "#clients/console/page/page-context.ts";
import "#clients/console/ui/copy-button.ts";
import type { OperationDescription } from "./description/operation.ts";
import type { Resolve } from "./description/resolve.ts";
import { renderMethod } from "./operation-list-view.ts";
import { renderParameters } from "./parameters-view.ts";
import { buildRequest, findInputProblem, type RequestInput, toParameterKey } from "./request/build-request.ts";
import { formatCurl } from "./request/format-curl.ts";
import { sendRequest, type TrialResponse } from "./request/send-request.ts";
import { renderBody, renderResponses } from "./response-view.ts";
import { renderRichText } from "./rich-text.ts";
import { renderTrialResponse } from "./trial-view.ts";

type Trial =
  | { readonly kind: "sending" }
  | { readonly kind: "problem"; readonly text: string }
  | { readonly kind: "response"; readonly response: TrialResponse };

/** The schemes of the tokens with which one signs in to the console. */
const sessionSchemes: ReadonlySet<string> = new Set(["accessToken", "viewerToken"]);

/** The element `<reference-operation>`: what an operation does, and a form that calls it. */
export class ReferenceOperation extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    operation: { attribute: false },
    resolve: { attribute: false },
    input: { state: true },
    trial: { state: true },
  };

  declare context: PageContext;
  declare operation: OperationDescription;
  declare resolve: Resolve;
  private declare input: RequestInput;
  private declare trial: Trial | null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("operation")) return;
    this.input = toInitialInput(this.operation, this.context.session.org);
    this.trial = null;
  }

  protected override render(): TemplateResult {
    const { operation, resolve } = this;
    return html`
      <header class="reference-head">
        <h1 tabindex="-1">${operation.summary}</h1>
        <p class="reference-path">${renderMethod(operation)}<code class="wrap">${operation.path}</code>
          <copy-button .value=${operation.path} label="the path"></copy-button></p>
        ${operation.description === "" ? nothing : html`<p>${renderRichText(operation.description)}</p>`}
        ${this.#renderSecurity()}
      </header>
      ${this.#renderRequest()}
      ${renderResponses(operation.responses, resolve)}`;
  }

  #renderSecurity(): TemplateResult {
    const { security, isReceived } = this.operation;
    if (!isReceived) return html`<p class="muted">The API sends this request to the endpoints of subscribers.</p>`;
    const scopes = new Set(security.flatMap((requirement) => requirement.scopes));
    if (security.length === 0) return html`<p class="muted">Needs no token.</p>`;
    return html`<p class="muted">Needs ${scopes.size === 0 ? "a valid token" : "the scope "}${[...scopes].map((scope) => html`<code>${scope}</code>`)}.</p>`;
  }

  /** Whether the token of the session, or no token at all, is what the operation takes. */
  get #isCallable(): boolean {
    const { security, isReceived } = this.operation;
    return isReceived && (security.length === 0 || security.some(({ scheme }) => sessionSchemes.has(scheme)));
  }

  #renderRequest(): TemplateResult {
    const { operation, resolve } = this;
    const values = this.#isCallable ? this.input.values : null;
    return html`<section class="reference-section" aria-labelledby="reference-request">
      <h2 id="reference-request">Request</h2>
      ${
        operation.parameters.length === 0
          ? nothing
          : html`<div class="panel">${renderParameters({ parameters: operation.parameters, resolve, values, onValue: this.#setValue })}</div>`
      }
      ${operation.bodies.map((body) => html`<div class="panel panel-body reference-body">${renderBody(body, resolve, { hasExample: !this.#isCallable })}</div>`)}
      ${this.#isCallable ? this.#renderTrial() : this.#renderNotCallable()}
    </section>`;
  }

  #renderNotCallable(): TemplateResult | typeof nothing {
    if (!this.operation.isReceived) return nothing;
    return html`<p class="muted">This operation takes credentials of its own, so it cannot be called from here.</p>`;
  }

  #renderTrial(): TemplateResult {
    const { operation, input, trial } = this;
    const request = buildRequest(operation, input);
    const curl = formatCurl(request);
    const changes = operation.method !== "GET";
    return html`<form class="panel reference-trial" aria-label="Try it" @submit=${this.#send}>
      ${operation.bodies.length === 0 ? nothing : this.#renderBodyField()}
      <div class="reference-example">
        <copy-button .value=${curl} label="the command"></copy-button>
        <pre class="code" tabindex="0" role="region" aria-label="Command">${curl}</pre>
      </div>
      <div class="actions">
        <button type="submit" class="button primary ${operation.method === "DELETE" ? "danger" : ""}" ?disabled=${trial?.kind === "sending"}>Send ${operation.method}</button>
        <span class="muted">${changes ? `Changes data of ${this.context.session.org}, with your token.` : "Sends your token."}</span>
      </div>
      <div role="status">${trial?.kind === "problem" ? html`<p class="reference-problem">${trial.text}</p>` : nothing}
        ${trial?.kind === "response" ? renderTrialResponse(trial.response) : nothing}</div>
    </form>`;
  }

  #renderBodyField(): TemplateResult {
    const onInput = ({ target }: Event) => {
      if (target instanceof HTMLTextAreaElement) this.input = { ...this.input, body: target.value };
    };
    return html`<div class="field">
      <label for="reference-body-field">Body</label>
      <textarea class="input mono" id="reference-body-field" rows="8" spellcheck="false" .value=${this.input.body} @input=${onInput}></textarea>
    </div>`;
  }

  readonly #setValue = (key: string, value: string): void => {
    this.input = { ...this.input, values: { ...this.input.values, [key]: value } };
  };

  readonly #send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { operation } = this;
    const problem = findInputProblem(operation, this.input);
    this.trial = problem === null ? { kind: "sending" } : { kind: "problem", text: problem };
    if (problem !== null) return;
    const trial = await this.#call();
    if (this.operation === operation) this.trial = trial;
  };

  async #call(): Promise<Trial> {
    const { origin, fetch } = this.context.api;
    const request = buildRequest(this.operation, this.input);
    try {
      const response = await sendRequest(request, { origin, fetch, now: () => performance.now() });
      return { kind: "response", response };
    } catch {
      return { kind: "problem", text: "There was no response. Check your connection and the values." };
    }
  }
}

/** Required parameters and the body begin with their examples, the organisation with that of the session. */
function toInitialInput({ parameters, bodies }: OperationDescription, org: string): RequestInput {
  const values = parameters.map((parameter) => [
    toParameterKey(parameter),
    parameter.isRequired ? parameter.example : "",
  ]);
  const [example] = bodies[0]?.examples ?? [];
  return {
    values: { ...Object.fromEntries(values), "header:X-AIBooks-Org": org },
    body: example === undefined ? "" : JSON.stringify(example, null, 2),
  };
}

customElements.define("reference-operation", ReferenceOperation);
