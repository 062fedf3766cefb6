import { html, type TemplateResult } from "lit";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import "#clients/console/ui/copy-button.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { eventTypeStyles } from "#clients/console/webhooks/styles/event-types.ts";
import { webhookStyles } from "#clients/console/webhooks/styles/webhooks.ts";
import { renderWebhookTabs } from "#clients/console/webhooks/webhook-tabs.ts";
import { groupCatalogue } from "./event-type-filters.ts";

type Catalogue = Schemas["WebhookEventTypes"];

/** The page Event types: the catalogue, and a sample and the JSON Schema of the type that the parameter `type` names. */
export class EventTypesPage extends PageElement {
  readonly #catalogue = new RequestController<Catalogue>(this, (signal) =>
    this.context.api.client.webhooks.listEventTypes({ signal }),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(webhookStyles, eventTypeStyles);
    this.#catalogue.load();
  }

  protected override render(): TemplateResult {
    return html`${renderPageHead("Webhooks")} ${renderWebhookTabs(this.context, "/webhooks/event-types")} ${this.#renderBody()}`;
  }

  #renderBody(): TemplateResult {
    const { state } = this.#catalogue;
    switch (state.kind) {
      case "loading":
        return renderSkeleton();
      case "failed":
        return renderFailure(state.failure, () => this.#catalogue.load());
      case "ready":
        return this.#renderCatalogue(state.value);
    }
  }

  #renderCatalogue(catalogue: Catalogue): TemplateResult {
    const text = this.query.get("q") ?? "";
    const named = catalogue.find(({ event_type }) => event_type === this.query.get("type"));
    const shown = named ?? catalogue[0];
    const groups = [...groupCatalogue(catalogue, text)];
    return html`<div class="catalogue ${named === undefined ? "" : "has-type"}">
      <nav class="catalogue-list" aria-label="Event types">
        <input class="input" type="search" aria-label="Search event types" placeholder="Search ${catalogue.length} event types" .value=${text}
          @input=${({ target }: InputEvent) => target instanceof HTMLInputElement && this.#search(target.value)}>
        ${groups.length === 0 ? renderNotice({ icon: "search", title: "No event type matches" }) : ""}
        ${groups.map(
          ([entity, types]) => html`<h2>${entity.replaceAll("_", " ")}</h2>
            <ul>${types.map(({ event_type }) => html`<li>${this.#renderLink(event_type, event_type === shown?.event_type)}</li>`)}</ul>`,
        )}
      </nav>
      ${shown === undefined ? "" : this.#renderType(shown)}
    </div>`;
  }

  #renderLink(eventType: string, isCurrent: boolean): TemplateResult {
    return html`<a class="mono" href=${this.#href({ type: eventType })} aria-current=${isCurrent ? "true" : "false"}>${eventType}</a>`;
  }

  #renderType({ event_type, description, sample, schema }: Catalogue[number]): TemplateResult {
    return html`<section class="stack catalogue-type" aria-labelledby="event-type">
      <a class="catalogue-back" href=${this.#href({ type: "" })}>${renderIcon("chevron")}Event types</a>
      <div>
        <h2 id="event-type" class="mono">${event_type}</h2>
        <p class="muted">${description}</p>
      </div>
      ${renderJson("Sample", "What an endpoint of this organisation is sent, with an invented event.", sample)}
      ${renderJson("JSON Schema", "Draft 2020-12. Fields may be added: ignore those that you do not know.", schema)}
    </section>`;
  }

  #href(changed: Readonly<Record<string, string>>): string {
    return this.context.href(this.#path(changed));
  }

  #path(changed: Readonly<Record<string, string>>): string {
    const all = { q: this.query.get("q") ?? "", type: this.query.get("type") ?? "", ...changed };
    const set = Object.entries(all).filter(([, value]) => value !== "");
    return `/webhooks/event-types${set.length === 0 ? "" : `?${new URLSearchParams(set)}`}`;
  }

  #search(text: string): void {
    this.context.navigate(this.#path({ q: text }), { replace: true });
  }
}

function renderJson(title: string, hint: string, value: unknown): TemplateResult {
  const text = JSON.stringify(value, null, 2);
  return html`<div class="panel catalogue-json">
    <div class="catalogue-json-head">
      <div><h3>${title}</h3><p class="muted small">${hint}</p></div>
      <copy-button .value=${text} label="the ${title}"></copy-button>
    </div>
    <pre class="code" tabindex="0" dir="ltr" aria-label=${title}>${text}</pre>
  </div>`;
}

customElements.define("console-event-types-page", EventTypesPage);
