import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import { renderSelectField } from "#clients/console/ui/field.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import { renderAttemptResponse } from "#clients/console/webhooks/deliveries/attempt-view.ts";
import { toDeliveryState, toFailureReason } from "#clients/console/webhooks/deliveries/delivery-status.ts";
import { waitForDelivery } from "#clients/console/webhooks/deliveries/wait-for-delivery.ts";
import { renderPill } from "#clients/console/webhooks/health/status-pill.ts";

type Delivery = Schemas["WebhookDeliveryWithAttempts"];

type TestState =
  | { readonly kind: "idle" }
  | { readonly kind: "sending" }
  | { readonly kind: "done"; readonly delivery: Delivery }
  | { readonly kind: "failed"; readonly message: string };

const defaultEventType = "invoice.sent";

/** The element `<test-event>`: a dialog that sends a sample, and shows what the receiver responded. */
export class TestEvent extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    endpointId: { attribute: false },
    onClose: { attribute: false },
    onSent: { attribute: false },
    eventTypes: { state: true },
    eventType: { state: true },
    test: { state: true },
  };

  declare context: PageContext;
  declare endpointId: string;
  declare onClose: () => void;
  declare onSent: () => void;
  private declare eventTypes: readonly string[];
  private declare eventType: string;
  private declare test: TestState;
  readonly #abort = new AbortController();

  constructor() {
    super();
    Object.assign(this, { eventTypes: [defaultEventType], eventType: defaultEventType, test: { kind: "idle" } });
  }

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    const types = await this.context.api.client.webhooks.listEventTypes().catch(() => []);
    if (types.length > 0) this.eventTypes = types.map(({ event_type }) => event_type);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#abort.abort();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const isSending = this.test.kind === "sending";
    const body = html`
      <p class="muted">A signed sample with invented content and <code>"test": true</code>. It is sent once, also to a disabled endpoint.</p>
      ${renderSelectField({
        ...{ id: "test-type", label: "Event type", value: this.eventType },
        options: this.eventTypes.map((type) => ({ value: type, text: type })),
        onChange: (eventType) => {
          this.eventType = eventType;
        },
      })}
      <div class="test-result" role="status">${this.#renderResult()}</div>
      <div class="dialog-actions">
        <button type="button" class="button" @click=${this.onClose}>Close</button>
        <button type="button" class="button primary" ?disabled=${isSending} @click=${this.#send}>
          ${isSending ? "Waiting…" : this.test.kind === "done" ? "Send again" : "Send"}
        </button>
      </div>`;
    return renderDialog({ title: "Send test event", body, isWide: this.test.kind === "done", onClose: this.onClose });
  }

  #renderResult(): TemplateResult | "" {
    switch (this.test.kind) {
      case "idle":
        return "";
      case "sending":
        return html`<p class="muted">Waiting for the receiver…</p>`;
      case "failed":
        return html`<p class="error">${this.test.message}</p>`;
      case "done":
        return this.#renderDelivery(this.test.delivery);
    }
  }

  #renderDelivery(delivery: Delivery): TemplateResult {
    const { delivery_id, attempts } = delivery;
    const attempt = attempts.at(-1);
    const href = this.context.href(`/webhooks/${this.endpointId}/deliveries/${delivery_id}`);
    return html`<p class="result-line">${renderPill(toDeliveryState(delivery))}
        <span>${attempt === undefined ? toFailureReason(delivery) : ""}</span><a href=${href} @click=${this.onClose}>Open the delivery</a></p>
      ${attempt === undefined ? "" : renderAttemptResponse(attempt)}`;
  }

  readonly #send = async (): Promise<void> => {
    const { webhooks } = this.context.api.client;
    const { signal } = this.#abort;
    this.test = { kind: "sending" };
    try {
      const { delivery_id } = await webhooks.endpoints.test(
        this.endpointId,
        { event_type: this.eventType },
        { signal },
      );
      const get = () => webhooks.deliveries(this.endpointId).get(delivery_id, { signal });
      const delivery = await waitForDelivery(get, signal);
      this.test =
        delivery === null
          ? { kind: "failed", message: "There is no result after 30 seconds. The delivery is in the list." }
          : { kind: "done", delivery };
      this.onSent();
    } catch (error) {
      if (signal.aborted) return;
      this.test = { kind: "failed", message: formatFailure(toFailure(error, navigator.onLine)) };
    }
  };
}

customElements.define("test-event", TestEvent);
