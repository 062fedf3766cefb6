import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { type DeliveryFilters, deliveryStatuses, type Period, periods } from "./delivery-filters.ts";

export type DeliveryFilterBar = {
  readonly endpoints: readonly Pick<Schemas["WebhookEndpoint"], "endpoint_id" | "url">[];
  setFilters(filters: DeliveryFilters): void;
};

const statusNames = { "": "All", pending: "Pending", succeeded: "Succeeded", failed: "Failed" } as const;
const periodNames: Readonly<Record<Period, string>> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
};

/** Renders the filters of the list of deliveries. */
export function renderDeliveryFilters(filters: DeliveryFilters, bar: DeliveryFilterBar): TemplateResult {
  const { endpoint, status, eventType } = filters;
  const set = (changed: Partial<DeliveryFilters>) => bar.setFilters({ ...filters, ...changed });
  const isUnknown = endpoint !== "" && !bar.endpoints.some(({ endpoint_id }) => endpoint_id === endpoint);
  return html`<div class="deliveries-filters">
    <div class="segments" role="group" aria-label="State">
      ${(["", ...deliveryStatuses] as const).map(
        (each) => html`<button type="button" class="segment" aria-pressed=${each === status}
          @click=${() => set({ status: each })}>${statusNames[each]}</button>`,
      )}
    </div>
    <select class="select" aria-label="Endpoint" .value=${endpoint}
      @change=${({ target }: Event) => target instanceof HTMLSelectElement && set({ endpoint: target.value })}>
      <option value="" ?selected=${endpoint === ""}>All endpoints</option>
      ${isUnknown ? html`<option value=${endpoint} selected>${endpoint}</option>` : ""}
      ${bar.endpoints.map(({ endpoint_id, url }) => html`<option value=${endpoint_id} ?selected=${endpoint_id === endpoint}>${url}</option>`)}
    </select>
    <input class="input mono" type="search" aria-label="Event type" placeholder="Event type: invoice.sent"
      autocapitalize="off" autocomplete="off" spellcheck="false" .value=${eventType}
      @change=${({ target }: Event) => target instanceof HTMLInputElement && set({ eventType: target.value.trim() })}>
    ${renderPeriods(filters, set)}
  </div>`;
}

function renderPeriods({ period }: DeliveryFilters, set: (changed: Partial<DeliveryFilters>) => void): TemplateResult {
  const options = Object.keys(periods).filter((each): each is Period => Object.hasOwn(periodNames, each));
  const choose = (value: string) => set({ period: options.find((each) => each === value) ?? "" });
  return html`<select class="select" aria-label="Period" .value=${period}
    @change=${({ target }: Event) => target instanceof HTMLSelectElement && choose(target.value)}>
    <option value="" ?selected=${period === ""}>Last 30 days</option>
    ${options.map((each) => html`<option value=${each} ?selected=${each === period}>${periodNames[each]}</option>`)}
  </select>`;
}
