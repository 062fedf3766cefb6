import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { formatFailure, renderFailure, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { renderTabs } from "#clients/console/ui/tabs.ts";
import { showToast } from "#clients/console/ui/toast.ts";
import { toEndpointState } from "#clients/console/webhooks/health/endpoint-state.ts";
import { renderPill } from "#clients/console/webhooks/health/status-pill.ts";
import { deliveryStyles } from "#clients/console/webhooks/styles/deliveries.ts";
import { webhookStyles } from "#clients/console/webhooks/styles/webhooks.ts";
import "./test-event.ts";

export type EndpointWithHealth = Schemas["WebhookEndpointWithHealth"];

const tabs = [
  { path: "", text: "Overview" },
  { path: "/settings", text: "Settings" },
  { path: "/replay", text: "Replay" },
] as const;

/** A page about one endpoint: its heading, its tabs and what a page renders below them. */
export abstract class EndpointPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { isTesting: { state: true } };

  protected readonly endpoint = new RequestController(this, (signal) =>
    this.context.api.client.webhooks.endpoints.get(this.endpointId, { signal }),
  );
  private declare isTesting: boolean;

  constructor() {
    super();
    this.isTesting = false;
  }

  protected get endpointId(): string {
    return this.params.endpoint ?? "";
  }

  /** The part of the path that follows the endpoint. */
  protected abstract readonly tab: (typeof tabs)[number]["path"];

  protected abstract renderTab(endpoint: EndpointWithHealth): TemplateResult;

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(webhookStyles);
    adoptStyles(deliveryStyles);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("params")) this.endpoint.load({ isFresh: true });
  }

  protected override render(): TemplateResult {
    const { state } = this.endpoint;
    switch (state.kind) {
      case "loading":
        return html`${this.#renderBack()}${renderPageHead("Endpoint")}${renderSkeleton()}`;
      case "failed":
        return html`${this.#renderBack()}${renderPageHead("Endpoint")}${renderFailure(state.failure, () => this.endpoint.load())}`;
      case "ready":
        return this.#renderEndpoint(state.value);
    }
  }

  #renderEndpoint(endpoint: EndpointWithHealth): TemplateResult {
    const { url, description, endpoint_id } = endpoint;
    this.context.setTitle(description ?? url);
    const head = {
      hint: html`<bdi>${description === null ? endpoint_id : url}</bdi>`,
      actions: html`<button type="button" class="button" @click=${() => this.#setTesting(true)}>
        ${renderIcon("sent")}Send test event
      </button>`,
    };
    const title = html`<bdi class="wrap">${description ?? url}</bdi> ${renderPill(toEndpointState(endpoint))}`;
    return html`${this.#renderBack()} ${renderPageHead(title, head)} ${this.#renderTabs()}
      <div class="webhooks-body">${this.renderTab(endpoint)}</div>
      ${this.isTesting ? this.#renderTest(endpoint_id) : ""}`;
  }

  #renderBack(): TemplateResult {
    return html`<a class="back" href=${this.context.href("/webhooks")}>${renderIcon("chevron")}Endpoints</a>`;
  }

  #renderTabs(): TemplateResult {
    const path = `/webhooks/${this.endpointId}`;
    return renderTabs(
      "Endpoint",
      tabs.map(({ path: tab, text }) => ({
        href: this.context.href(`${path}${tab}`),
        text,
        isCurrent: tab === this.tab,
      })),
    );
  }

  #renderTest(endpointId: string): TemplateResult {
    return html`<test-event
      .context=${this.context}
      .endpointId=${endpointId}
      .onClose=${() => this.#setTesting(false)}
      .onSent=${() => this.tested()}
    ></test-event>`;
  }

  /** Is called when a test has ended. */
  protected tested(): void {
    this.endpoint.load();
  }

  /** An endpoint that was disabled has missed events: they are offered for replay. Returns when a toast says the result. */
  protected async setEnabled(enabled: boolean): Promise<void> {
    try {
      const { missed } = await this.context.api.client.webhooks.endpoints.update(this.endpointId, { enabled });
      if (missed === null) await this.endpoint.load();
      else this.context.navigate(`/webhooks/${this.endpointId}/replay?${new URLSearchParams(missed)}`);
      showToast(enabled ? "The endpoint is enabled." : "The endpoint is disabled.");
    } catch (error) {
      showToast(formatFailure(toFailure(error, navigator.onLine)));
    }
  }

  #setTesting(isTesting: boolean): void {
    this.isTesting = isTesting;
  }
}
