import { html, type PropertyValues, type TemplateResult } from "lit";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderFilterTag } from "#clients/console/webhooks/event-types/filter-tag.ts";
import "#clients/console/ui/copy-button.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import { renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { renderDeliveryTable } from "#clients/console/webhooks/deliveries/delivery-table.ts";
import { renderDeliveryChart } from "#clients/console/webhooks/health/delivery-chart.ts";
import { EndpointPage, type EndpointWithHealth } from "./endpoint-page.ts";
import { renderHealthTiles } from "./health-tiles.ts";
import { renderStateBanner } from "./state-banner.ts";

/** The deliveries by which the page computes its figures: the most that one request returns. */
const maxDeliveries = 100;
const shownDeliveries = 10;

/** The page of an endpoint: its health, and its newest deliveries. */
export class OverviewPage extends EndpointPage {
  protected override readonly tab = "";
  readonly #deliveries = new RequestController(this, async (signal) => {
    const list = this.context.api.client.webhooks.deliveries(this.endpointId);
    return (await list.list({ limit: maxDeliveries }, { signal })).items;
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("params")) this.#deliveries.load({ isFresh: true });
  }

  protected override tested(): void {
    super.tested();
    this.#deliveries.load();
  }

  protected override renderTab(endpoint: EndpointWithHealth): TemplateResult {
    return html`<div class="stack">
      ${renderStateBanner(endpoint, { href: this.context.href, enable: () => this.setEnabled(true) })}
      ${this.#renderDeliveries(endpoint)} ${this.#renderFacts(endpoint)}
    </div>`;
  }

  #renderDeliveries(endpoint: EndpointWithHealth): TemplateResult {
    const { state } = this.#deliveries;
    switch (state.kind) {
      case "loading":
        return renderSkeleton();
      case "failed":
        return renderFailure(state.failure, () => this.#deliveries.load());
      case "ready":
        return html`${renderHealthTiles(endpoint.health, state.value, Date.now())}
          ${state.value.length === 0 ? this.#renderNoDeliveries() : this.#renderList(state.value)}`;
    }
  }

  #renderNoDeliveries(): TemplateResult {
    const hint = "Send a test event, or wait for an event that the endpoint subscribes to.";
    return html`<div class="panel">${renderNotice({ icon: "inbox", title: "No deliveries yet", hint })}</div>`;
  }

  #renderList(deliveries: Parameters<typeof renderDeliveryTable>[0]): TemplateResult {
    const all = this.context.href(`/webhooks/deliveries?endpoint=${this.endpointId}`);
    const href = (endpointId: string, id: string) => this.context.href(`/webhooks/${endpointId}/deliveries/${id}`);
    return html`<section class="panel chart-panel" aria-label="Response times">
        <div class="section-head"><h2>Response time</h2><p class="muted small">${deliveries.length === 1 ? "of one delivery" : `of the last ${deliveries.length} deliveries, oldest first`}</p></div>
        ${renderDeliveryChart(deliveries, {
          href: (id) => href(this.endpointId, id),
          open: (id) => this.context.navigate(`/webhooks/${this.endpointId}/deliveries/${id}`),
        })}
      </section>
      <section class="stack tight" aria-labelledby="recent">
        <div class="section-head"><h2 id="recent">Recent deliveries</h2><a href=${all}>All deliveries</a></div>
        ${renderDeliveryTable(deliveries.slice(0, shownDeliveries), { href, urlOf: null, nowMs: Date.now() })}
      </section>`;
  }

  #renderFacts({ endpoint_id, url, events, entity_id, header_names, created_at, updated_at }: EndpointWithHealth) {
    const time = (text: string) => renderRelativeTime(Date.parse(text), Date.now());
    return html`<section class="panel panel-body" aria-label="About the endpoint">
      <dl class="facts">
        <div><dt>Endpoint ID</dt><dd><code>${endpoint_id}</code><copy-button .value=${endpoint_id} label="the endpoint ID"></copy-button></dd></div>
        <div><dt>URL</dt><dd><bdi>${url}</bdi><copy-button .value=${url} label="the URL"></copy-button></dd></div>
        <div><dt>Event types</dt><dd>${events.map(renderFilterTag)}</dd></div>
        ${entity_id === null ? "" : html`<div><dt>Document</dt><dd><code>${entity_id}</code></dd></div>`}
        ${header_names.length === 0 ? "" : html`<div><dt>Headers</dt><dd>${header_names.map((name) => html`<span class="tag mono">${name}</span>`)}</dd></div>`}
        <div><dt>Created</dt><dd>${time(created_at)}</dd></div>
        <div><dt>Changed</dt><dd>${time(updated_at)}</dd></div>
      </dl>
    </section>`;
  }
}

customElements.define("console-endpoint-overview-page", OverviewPage);
