import { html, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import { toEndpointState } from "#clients/console/webhooks/health/endpoint-state.ts";
import type { EndpointWithHealth } from "./endpoint-page.ts";

export type StateBanner = { href(path: string): string; enable(): void };

/** Renders why an endpoint is disabled, paused or failing, and what to do; nothing for a healthy one. */
export function renderStateBanner(endpoint: EndpointWithHealth, { href, enable }: StateBanner): TemplateResult | "" {
  const { kind, tone, reason } = toEndpointState(endpoint);
  if (kind === "healthy") return "";
  const deliveries = href(`/webhooks/deliveries?endpoint=${endpoint.endpoint_id}`);
  const action =
    kind === "disabled"
      ? html`<button type="button" class="button" @click=${enable}>Enable</button>`
      : html`<a class="button" href=${deliveries}>See deliveries</a>`;
  return html`<div class="bar state-banner tone-${tone}">
    ${renderIcon("warning")}
    <p>${reason} ${renderSince(endpoint)} ${kind === "disabled" ? "It is sent nothing." : ""}</p>
    ${action}
  </div>`;
}

function renderSince({ disabled_at, health: { open_until, failing_since } }: EndpointWithHealth): TemplateResult | "" {
  const time = (text: string) => renderRelativeTime(Date.parse(text), Date.now());
  if (disabled_at !== null) return html`Disabled ${time(disabled_at)}.`;
  return html`${failing_since === null ? "" : html`Failing since ${time(failing_since)}.`}
    ${open_until === null ? "" : html`Deliveries continue ${time(open_until)}.`}`;
}
