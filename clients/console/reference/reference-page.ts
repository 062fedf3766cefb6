import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderFailure, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import type { OperationDescription } from "./description/operation.ts";
import { type ApiDescription, filterGroups, findOperation, parseDescription } from "./description/parse-description.ts";
import { nameGroup, renderMethod, renderOperationList } from "./operation-list-view.ts";
import "./operation-view.ts";
import { referenceStyles } from "./reference-styles.ts";
import { renderRichText } from "./rich-text.ts";

/** The page API reference: the OpenAPI description of the API; the parameter `operation` names the one that is shown. */
export class ReferencePage extends PageElement {
  static override readonly properties: PropertyDeclarations = { filter: { state: true } };

  private declare filter: string;

  readonly #request = new RequestController<ApiDescription>(this, async (signal) => {
    const { body } = await this.context.api.send({ method: "GET", path: "/openapi.json" }, { signal });
    return parseDescription(body);
  });

  constructor() {
    super();
    this.filter = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(referenceStyles);
    this.#request.load();
  }

  protected override render(): TemplateResult {
    const { state } = this.#request;
    if (state.kind === "loading") return html`${renderPageHead("API reference")}${renderSkeleton()}`;
    if (state.kind === "failed") {
      return html`${renderPageHead("API reference")}${renderFailure(state.failure, () => this.#request.load())}`;
    }
    const description = state.value;
    const operation = this.#findOperation(description);
    const list = renderOperationList({
      groups: filterGroups(description.groups, this.filter),
      current: operation?.id ?? null,
      filter: this.filter,
      onFilter: (filter) => {
        this.filter = filter;
      },
      href: this.#href,
    });
    return html`<div class="reference">
      ${list}
      <div class="reference-content">${
        operation === null
          ? this.#renderOverview(description)
          : html`<a class="reference-back" href=${this.context.href("/reference")}>All operations</a>
            <reference-operation .context=${this.context} .operation=${operation} .resolve=${description.resolve}></reference-operation>`
      }</div>
    </div>`;
  }

  protected override updated(): void {
    const { state } = this.#request;
    const operation = state.kind === "ready" ? this.#findOperation(state.value) : null;
    this.context.setTitle(operation?.summary ?? "API reference");
  }

  #findOperation(description: ApiDescription): OperationDescription | null {
    return findOperation(description, this.query.get("operation"));
  }

  #renderOverview({ title, version, description, groups }: ApiDescription): TemplateResult {
    return html`${renderPageHead("API reference", { hint: `${title}, version ${version}` })}
      <p class="reference-intro">${renderRichText(description)}</p>
      ${groups.map(
        (group) => html`<section class="reference-section">
          <h2>${nameGroup(group)}</h2>
          <p class="muted">${renderRichText(group.description)}</p>
          <ul class="panel reference-index">${group.operations.map(
            (operation) => html`<li><a href=${this.#href(operation.id)}>
              ${renderMethod(operation)}<span>${operation.summary}</span><code class="wrap">${operation.path}</code></a></li>`,
          )}</ul>
        </section>`,
      )}`;
  }

  readonly #href = (id: string): string => this.context.href(`/reference?${new URLSearchParams({ operation: id })}`);
}

customElements.define("console-reference-page", ReferencePage);
