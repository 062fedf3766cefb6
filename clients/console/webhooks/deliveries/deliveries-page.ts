import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { formatFailure, renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { showToast } from "#clients/console/ui/toast.ts";
import { deliveryStyles } from "#clients/console/webhooks/styles/deliveries.ts";
import { webhookStyles } from "#clients/console/webhooks/styles/webhooks.ts";
import { renderWebhookTabs } from "#clients/console/webhooks/webhook-tabs.ts";
import { type DeliveryFeed, type FetchDeliveries, openDeliveryFeed, readMore } from "./delivery-feed.ts";
import { renderDeliveryFilters } from "./delivery-filter-bar.ts";
import {
  type DeliveryFilters,
  formatDeliveryFilters,
  hasFilters,
  parseDeliveryFilters,
  toDeliveryParams,
} from "./delivery-filters.ts";
import { renderDeliveryTable } from "./delivery-table.ts";

type LoadedDeliveries = {
  /** Those of the feed: the address may have others while it is read anew. */
  readonly filters: DeliveryFilters;
  readonly endpoints: readonly Schemas["WebhookEndpoint"][];
  readonly feed: DeliveryFeed;
  readonly fetchPage: FetchDeliveries;
};

/** The page Deliveries: those to all endpoints or to one, newest first. */
export class DeliveriesPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { isReading: { state: true } };

  private declare isReading: boolean;
  readonly #abort = new AbortController();
  readonly #deliveries = new RequestController<LoadedDeliveries>(this, async (signal) => {
    const filters = this.#filters;
    const endpoints = await this.context.api.client.webhooks.endpoints.list({}, { signal });
    const ids = filters.endpoint === "" ? endpoints.map(({ endpoint_id }) => endpoint_id) : [filters.endpoint];
    const fetchPage = this.#createFetch(filters);
    return { filters, endpoints, fetchPage, feed: await openDeliveryFeed(ids, fetchPage, signal) };
  });

  constructor() {
    super();
    this.isReading = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(webhookStyles, deliveryStyles);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#abort.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("query")) this.#deliveries.load();
  }

  protected override render(): TemplateResult {
    const actions = html`<button type="button" class="button" @click=${() => this.#deliveries.load()}>
      ${renderIcon("refresh")}Refresh
    </button>`;
    return html`${renderPageHead("Webhooks", { actions })} ${renderWebhookTabs(this.context, "/webhooks/deliveries")}
      <div class="deliveries-body">${this.#renderFilters()} ${this.#renderBody()}</div>`;
  }

  #renderFilters(): TemplateResult {
    const { state } = this.#deliveries;
    return renderDeliveryFilters(this.#filters, {
      endpoints: state.kind === "ready" ? state.value.endpoints : [],
      setFilters: (filters) => this.#setFilters(filters),
    });
  }

  #renderBody(): TemplateResult {
    const { state } = this.#deliveries;
    switch (state.kind) {
      case "loading":
        return renderSkeleton();
      case "failed":
        return renderFailure(state.failure, () => this.#deliveries.load());
      case "ready":
        return state.value.feed.shown.length === 0 ? this.#renderEmpty(state.value) : this.#renderList(state.value);
    }
  }

  #renderEmpty({ filters, endpoints }: LoadedDeliveries): TemplateResult {
    if (endpoints.length === 0) {
      const action = html`<a class="button" href=${this.context.href("/webhooks?new")}>Add endpoint</a>`;
      return renderNotice({ icon: "webhook", title: "No endpoints yet", hint: "Deliveries need an endpoint.", action });
    }
    if (!hasFilters(filters)) {
      const hint = "Each event that an endpoint subscribes to appears here. Deliveries are kept for 30 days.";
      return renderNotice({ icon: "inbox", title: "No deliveries yet", hint });
    }
    const clear = () => this.#setFilters({ ...this.#filters, status: "", eventType: "", period: "" });
    const action = html`<button type="button" class="button" @click=${clear}>Clear filters</button>`;
    return renderNotice({ icon: "search", title: "No delivery matches", action });
  }

  #renderList(loaded: LoadedDeliveries): TemplateResult {
    const { shown, hasMore } = loaded.feed;
    const urls = new Map(loaded.endpoints.map(({ endpoint_id, url }) => [endpoint_id, url]));
    return html`${renderDeliveryTable(shown, {
      href: (endpointId, id) => this.context.href(`/webhooks/${endpointId}/deliveries/${id}`),
      urlOf: loaded.filters.endpoint === "" ? (endpointId) => urls.get(endpointId) ?? endpointId : null,
      nowMs: Date.now(),
    })}
    ${
      hasMore
        ? html`<button type="button" class="button deliveries-more" ?disabled=${this.isReading} @click=${() => this.#readMore(loaded)}>
            ${this.isReading ? "Loading…" : "Load older deliveries"}
          </button>`
        : html`<p class="muted small" role="status">${shown.length === 1 ? "1 delivery" : `${shown.length} deliveries`}. They are kept for 30 days.</p>`
    }`;
  }

  get #filters(): DeliveryFilters {
    return parseDeliveryFilters(this.query);
  }

  #setFilters(filters: DeliveryFilters): void {
    this.context.navigate(`/webhooks/deliveries${formatDeliveryFilters(filters)}`, { replace: true });
  }

  /** All pages of a feed are of the same period: it begins when the first is read. */
  #createFetch(filters: DeliveryFilters): FetchDeliveries {
    const params = toDeliveryParams(filters, Date.now());
    return async (endpointId, cursor, signal) => {
      const list = this.context.api.client.webhooks.deliveries(endpointId);
      const { items, next } = await list.list(cursor === null ? params : { ...params, cursor }, { signal });
      return { items, next: next?.cursor ?? null };
    };
  }

  async #readMore(loaded: LoadedDeliveries): Promise<void> {
    const { signal } = this.#abort;
    this.isReading = true;
    try {
      const feed = await readMore(loaded.feed, loaded.fetchPage, signal);
      const { state } = this.#deliveries;
      // Another filter may have been chosen meanwhile.
      if (state.kind === "ready" && state.value === loaded) this.#deliveries.set({ ...loaded, feed });
    } catch (error) {
      if (!signal.aborted) showToast(formatFailure(toFailure(error, navigator.onLine)));
    } finally {
      this.isReading = false;
    }
  }
}

customElements.define("console-deliveries-page", DeliveriesPage);
