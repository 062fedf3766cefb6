import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { EndpointDeliveries } from "#clients/console/webhooks/health/endpoint-deliveries.ts";
import { filterEndpoints, type StateFilter, stateFilters } from "#clients/console/webhooks/health/endpoint-state.ts";
import { webhookStyles } from "#clients/console/webhooks/styles/webhooks.ts";
import { renderWebhookTabs } from "#clients/console/webhooks/webhook-tabs.ts";
import "./create-endpoint.ts";
import { renderEndpointTable } from "./endpoint-table.ts";

type Endpoint = Schemas["WebhookEndpoint"];

/** The newest deliveries by which the list computes its figures. */
const deliveriesPerEndpoint = 30;

/** The page Webhooks: the endpoints of the organisation, and their health. */
export class EndpointsPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { isCreating: { state: true } };

  private declare isCreating: boolean;
  readonly #deliveries = new EndpointDeliveries(this, deliveriesPerEndpoint);
  readonly #endpoints = new RequestController(this, async (signal) => {
    const { api } = this.context;
    const endpoints = await api.client.webhooks.endpoints.list({ include: "health" }, { signal });
    this.#deliveries.load(
      api,
      endpoints.map(({ endpoint_id }) => endpoint_id),
    );
    return endpoints;
  });

  constructor() {
    super();
    this.isCreating = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(webhookStyles);
    this.#endpoints.load();
    this.context.setCommands(() => [
      { title: "Add a webhook endpoint", group: "Webhooks", run: () => this.#setCreating(true) },
    ]);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("query") && this.query.get("new") !== null) this.isCreating = true;
  }

  protected override render(): TemplateResult {
    const actions = html`<button type="button" class="button primary" @click=${() => this.#setCreating(true)}>
      ${renderIcon("plus")}Add endpoint
    </button>`;
    return html`${renderPageHead("Webhooks", { actions })} ${renderWebhookTabs(this.context, "/webhooks")}
      ${this.#renderBody()} ${this.isCreating ? this.#renderCreate() : ""}`;
  }

  #renderBody(): TemplateResult {
    const { state } = this.#endpoints;
    switch (state.kind) {
      case "loading":
        return renderSkeleton();
      case "failed":
        return renderFailure(state.failure, () => this.#endpoints.load());
      case "ready":
        return state.value.length === 0 ? this.#renderEmpty() : this.#renderList(state.value);
    }
  }

  #renderEmpty(): TemplateResult {
    return renderNotice({
      icon: "webhook",
      title: "No endpoints yet",
      hint: "An endpoint is an address of yours that is sent each event about a second after it was stored, signed and retried for three days.",
      action: html`<button type="button" class="button primary" @click=${() => this.#setCreating(true)}>Add endpoint</button>
        <a class="button" href=${this.context.href("/webhooks/event-types")}>See the event types</a>`,
    });
  }

  #renderList(endpoints: readonly Endpoint[]): TemplateResult {
    const filter = { text: this.query.get("q") ?? "", state: this.#stateFilter() };
    const shown = filterEndpoints(endpoints, filter);
    const table = renderEndpointTable(shown, {
      href: (id) => this.context.href(`/webhooks/${id}`),
      deliveriesOf: (id) => this.#deliveries.get(id),
      nowMs: Date.now(),
    });
    const none = renderNotice({
      icon: "search",
      title: "No endpoint matches",
      action: html`<button type="button" class="button" @click=${() => this.#setFilter("", "all")}>Clear filters</button>`,
    });
    return html`<div class="stack webhooks-body">
      ${this.#renderFilters(filter)} ${shown.length === 0 ? none : table}
      <p class="muted small">${shown.length} of ${endpoints.length}. Success and time are those of the newest ${deliveriesPerEndpoint} deliveries of each.</p>
    </div>`;
  }

  #renderFilters({ text, state }: { readonly text: string; readonly state: StateFilter }): TemplateResult {
    return html`<div class="webhooks-filters">
      <input class="input search" type="search" aria-label="Search endpoints" placeholder="Search URL, description, event type"
        .value=${text} @input=${({ target }: InputEvent) => target instanceof HTMLInputElement && this.#setFilter(target.value, state)}>
      <div class="segments" role="group" aria-label="State">
        ${stateFilters.map(
          (each) => html`<button type="button" class="segment" aria-pressed=${each === state}
            @click=${() => this.#setFilter(text, each)}>${each[0]?.toUpperCase()}${each.slice(1)}</button>`,
        )}
      </div>
    </div>`;
  }

  #renderCreate(): TemplateResult {
    return html`<create-endpoint
      .context=${this.context}
      .onCreated=${() => this.#endpoints.load()}
      .onClose=${() => this.#setCreating(false)}
    ></create-endpoint>`;
  }

  #stateFilter(): StateFilter {
    return stateFilters.find((state) => state === this.query.get("state")) ?? "all";
  }

  #setFilter(text: string, state: StateFilter): void {
    const set = Object.entries({ q: text, state: state === "all" ? "" : state }).filter(([, value]) => value !== "");
    const query = set.length === 0 ? "" : `?${new URLSearchParams(set)}`;
    this.context.navigate(`/webhooks${query}`, { replace: true });
  }

  #setCreating(isCreating: boolean): void {
    this.isCreating = isCreating;
    if (!isCreating && this.query.has("new")) this.#setFilter("", "all");
  }
}

customElements.define("console-endpoints-page", EndpointsPage);
