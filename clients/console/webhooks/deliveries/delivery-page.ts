import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { formatFailure, renderFailure, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { showToast } from "#clients/console/ui/toast.ts";
import { renderPill } from "#clients/console/webhooks/health/status-pill.ts";
import { deliveryStyles } from "#clients/console/webhooks/styles/deliveries.ts";
import { webhookStyles } from "#clients/console/webhooks/styles/webhooks.ts";
import { renderAttemptList } from "./attempt-list.ts";
import { renderAttemptResponse } from "./attempt-view.ts";
import { renderDeliveryFacts } from "./delivery-facts.ts";
import { toDeliveryState } from "./delivery-status.ts";
import { renderRequest } from "./request-view.ts";
import { waitForDelivery } from "./wait-for-delivery.ts";

type LoadedDelivery = {
  readonly delivery: Schemas["WebhookDeliveryWithAttempts"];
  readonly endpoint: Schemas["WebhookEndpoint"];
};

/** The page of a delivery: its attempts, and request and response of the one that the parameter `attempt` names. */
export class DeliveryPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { isRetrying: { state: true } };

  private declare isRetrying: boolean;
  readonly #abort = new AbortController();
  readonly #delivery = new RequestController<LoadedDelivery>(this, async (signal) => {
    const [delivery, endpoint] = await Promise.all([
      this.#get(signal),
      this.context.api.client.webhooks.endpoints.get(this.#endpointId, { signal }),
    ]);
    return { delivery, endpoint };
  });

  constructor() {
    super();
    this.isRetrying = false;
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
    if (changed.has("params")) this.#delivery.load({ isFresh: true });
  }

  protected override render(): TemplateResult {
    const { state } = this.#delivery;
    switch (state.kind) {
      case "loading":
        return html`${this.#renderBack()}${renderPageHead("Delivery")}${renderSkeleton()}`;
      case "failed":
        return html`${this.#renderBack()}${renderPageHead("Delivery")}${renderFailure(state.failure, () => this.#delivery.load())}`;
      case "ready":
        return this.#renderDelivery(state.value);
    }
  }

  #renderDelivery({ delivery, endpoint }: LoadedDelivery): TemplateResult {
    const { event_type, attempts } = delivery;
    const title = html`<span class="delivery-title"><code class="wrap">${event_type}</code> ${renderPill(toDeliveryState(delivery))}</span>`;
    const shown = attempts.find(({ number }) => String(number) === this.query.get("attempt")) ?? attempts.at(-1);
    this.context.setTitle(event_type);
    return html`${this.#renderBack()} ${renderPageHead(title, { actions: this.#renderActions(endpoint) })}
      <div class="delivery">
        ${renderDeliveryFacts(delivery, endpoint, (path) => this.context.href(path))}
        <div class="delivery-exchange">
          ${renderAttemptList(delivery, shown?.number ?? null, (number) => this.#show(number))}
          <section class="panel delivery-part" aria-labelledby="delivery-request">
            <h2 id="delivery-request">Request</h2>
            ${renderRequest(delivery, endpoint)}
          </section>
          <section class="panel delivery-part" aria-labelledby="delivery-response">
            <h2 id="delivery-response">Response${shown === undefined ? "" : html` <span class="muted">to attempt ${shown.number}</span>`}</h2>
            ${shown === undefined ? html`<p class="muted">It was not attempted yet.</p>` : renderAttemptResponse(shown)}
          </section>
        </div>
      </div>`;
  }

  #renderBack(): TemplateResult {
    return html`<a class="delivery-back" href=${this.context.href("/webhooks/deliveries")}>${renderIcon("chevron")}Deliveries</a>`;
  }

  #renderActions({ status }: LoadedDelivery["endpoint"]): TemplateResult {
    const isDisabled = status === "disabled";
    return html`<button type="button" class="button primary" ?disabled=${this.isRetrying || isDisabled} @click=${this.#retry}>
        ${renderIcon("refresh")}${this.isRetrying ? "Waiting…" : "Retry now"}
      </button>
      ${isDisabled ? html`<span class="muted small">The endpoint is disabled.</span>` : ""}`;
  }

  get #endpointId(): string {
    return this.params.endpoint ?? "";
  }

  get #path(): string {
    return `/webhooks/${this.#endpointId}/deliveries/${this.params.delivery}`;
  }

  #get(signal: AbortSignal): Promise<LoadedDelivery["delivery"]> {
    return this.context.api.client.webhooks.deliveries(this.#endpointId).get(this.params.delivery ?? "", { signal });
  }

  #show(number: number): void {
    this.context.navigate(`${this.#path}?attempt=${number}`, { replace: true });
  }

  readonly #retry = async (): Promise<void> => {
    const { state } = this.#delivery;
    if (state.kind !== "ready") return;
    const { delivery, endpoint } = state.value;
    const { signal } = this.#abort;
    this.isRetrying = true;
    try {
      await this.context.api.client.webhooks.deliveries(this.#endpointId).retry(delivery.delivery_id, { signal });
      const result = await waitForDelivery(() => this.#get(signal), signal, delivery.attempts.length);
      this.context.navigate(this.#path, { replace: true });
      if (result === null) await this.#delivery.load();
      else this.#delivery.set({ delivery: result, endpoint });
      showToast(result === null ? "There is no result yet." : formatRetry(result));
    } catch (error) {
      if (!signal.aborted) showToast(formatFailure(toFailure(error, navigator.onLine)));
    } finally {
      this.isRetrying = false;
    }
  };
}

function formatRetry({ attempts }: LoadedDelivery["delivery"]): string {
  return attempts.at(-1)?.outcome === "succeeded" ? "The retry succeeded." : "The retry failed.";
}

customElements.define("console-delivery-page", DeliveryPage);
