import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { formatExactTime } from "#clients/console/ui/time-format.ts";
import "#clients/console/ui/copy-button.ts";
import { fromLocalInput } from "#clients/console/ui/local-time.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { nameAction, nameDocument, nameType } from "./describe-event.ts";
import { toDocumentPath } from "./document-path.ts";
import { documentStyles } from "./document-styles.ts";
import "./event-list.ts";
import { DocumentHistory, type DocumentState } from "./history/document-history.ts";
import { findMoment } from "./history/moment.ts";
import { loadEvents } from "./load-events.ts";
import { renderMoment } from "./moment-view.ts";
import { renderState } from "./state-view.ts";

type LoadedHistory = {
  readonly history: DocumentHistory;
  /** How many events have been loaded. Until all are, the history has only the newest. */
  readonly count: number;
  readonly isComplete: boolean;
};

/** The address follows the slider when it rests: browsers limit how often it may change. */
const addressDelayMs = 250;

/** The page of a document: its events, and its state as of one of them, which the parameter `at` names. */
export class DocumentPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { at: { state: true }, showsAll: { state: true } };

  private declare at: string | null;
  private declare showsAll: boolean;

  readonly #request = new RequestController<LoadedHistory>(this, (signal) => this.#load(signal));
  #addressTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.at = null;
    this.showsAll = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(documentStyles);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#addressTimer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("query")) this.at = this.query.get("at");
    if (changed.has("params") && this.params.id !== undefined) this.#request.load({ isFresh: true });
  }

  protected override render(): TemplateResult {
    const { state } = this.#request;
    if (state.kind === "failed")
      return html`${this.#renderHead(null)}${renderFailure(state.failure, () => this.#request.load())}`;
    if (state.kind === "loading") return html`${this.#renderHead(null)}${renderSkeleton(8)}`;
    const { history, isComplete } = state.value;
    if (history.events.length === 0) return html`${this.#renderHead(null)}${this.#renderUnknown()}`;
    const found = findMoment(history.events, this.at);
    const index = Math.max(0, found);
    return html`${this.#renderHead(history)} ${this.#renderHints(state.value, index)}
      ${found === -1 && isComplete ? renderBar("clock", "No event had occurred by then. This is the first one.") : nothing}
      ${renderMoment({ context: this.context, history, index, select: this.#select, selectTime: this.#selectTime })}
      <div class="document-columns">
        <section class="panel" aria-label="Timeline">
          <document-events .history=${history} .index=${index} .select=${this.#select}></document-events>
        </section>
        ${this.#renderState(history, index)}
      </div>`;
  }

  async #load(signal: AbortSignal): Promise<LoadedHistory> {
    const { type = "", id = "" } = this.params;
    let loaded: LoadedHistory = { history: new DocumentHistory([]), count: 0, isComplete: false };
    for await (const { events, isComplete } of loadEvents(this.context.api.client, { type, id }, signal)) {
      signal.throwIfAborted();
      // Folded twice only: after each page, a long history would keep the browser busy.
      const history = loaded.count === 0 || isComplete ? new DocumentHistory(events) : loaded.history;
      loaded = { history, count: events.length, isComplete };
      if (!isComplete && !this.#isComplete) this.#request.set(loaded);
    }
    const newest = loaded.history.events.at(-1);
    if (newest !== undefined) this.context.setTitle(nameDocument(newest));
    return loaded;
  }

  /** Whether all events are shown, as while they are being refreshed. */
  get #isComplete(): boolean {
    const { state } = this.#request;
    return state.kind === "ready" && state.value.isComplete;
  }

  #renderHead(history: DocumentHistory | null): TemplateResult {
    const { type = "", id = "" } = this.params;
    const newest = history?.events.at(-1);
    const title = newest === undefined ? id : nameDocument(newest);
    return renderPageHead(html`<bdi>${title}</bdi>`, {
      hint: html`${nameType(type)} · <bdi class="mono">${id}</bdi> <copy-button .value=${id} label="the ID"></copy-button>`,
      actions: html`<button type="button" class="button" @click=${() => this.#request.load()}>${renderIcon("refresh")}Refresh</button>`,
    });
  }

  #renderUnknown(): TemplateResult {
    return renderNotice({
      icon: "document",
      title: "No events",
      hint: "The log of this organisation has no events of this document. Check its type and its ID.",
      action: html`<a class="button" href=${this.context.href("/documents")}>Find a document</a>`,
    });
  }

  /** Says what the log does not have, or what is not loaded yet. */
  #renderHints({ history, count, isComplete }: LoadedHistory, index: number): TemplateResult {
    const [first] = history.events;
    if (!isComplete) return renderBar("clock", `Loading earlier events: ${count.toLocaleString(locale)} so far.`);
    const begins = first === undefined ? "" : `${nameAction(first)}, ${formatExactTime(first.occurredAtMs)}`;
    const { conflicts } = history;
    const next = conflicts.findLast((at) => at < index) ?? conflicts.at(-1);
    return html`${history.hasBeginning ? nothing : renderBar("warning", `The log does not have the beginning of this document: it begins with ${begins}.`)}
      ${
        next === undefined
          ? nothing
          : renderBar(
              "warning",
              conflicts.length === 1
                ? "One event does not agree with the events before it."
                : `${conflicts.length.toLocaleString(locale)} events do not agree with the events before them.`,
              html`<button type="button" class="button" @click=${() => this.#select(next)}>Show</button>`,
            )
      }`;
  }

  #renderState(history: DocumentHistory, index: number): TemplateResult {
    const state = history.stateAt(index);
    const event = history.events[index];
    const currency =
      event?.metadata.currency ?? state.fields.find(({ field }) => /^currency(?:_code)?$/.test(field))?.value;
    const showAll = () => {
      this.showsAll = true;
    };
    return html`<section class="panel document-state" aria-label="State">
      <h2>State ${renderLifecycle(state)}</h2>
      ${state.lifecycle === "deleted" ? html`<p class="document-note">The document is deleted. These are its last known values.</p>` : nothing}
      ${renderState({ state, currency, showsAll: this.showsAll, showAll })}
    </section>`;
  }

  readonly #select = (index: number): void => {
    const { state } = this.#request;
    if (state.kind !== "ready") return;
    const { events } = state.value.history;
    this.#show(index === events.length - 1 ? null : (events[index]?.id ?? null));
  };

  readonly #selectTime = (time: string): void => {
    const at = fromLocalInput(time);
    if (at !== null) this.#show(at);
  };

  #show(at: string | null): void {
    this.at = at;
    clearTimeout(this.#addressTimer);
    const { type = "", id = "" } = this.params;
    const path = toDocumentPath(type, id, at);
    if (path === null) return;
    this.#addressTimer = setTimeout(() => this.context.navigate(path, { replace: true }), addressDelayMs);
  }
}

function renderBar(
  icon: "clock" | "warning",
  text: string,
  action: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div class="bar document-bar ${icon === "warning" ? "tone-warning" : "tone-neutral"}" role="status">
    ${renderIcon(icon)}<span>${text}</span>${action}
  </div>`;
}

function renderLifecycle({ lifecycle }: DocumentState): TemplateResult | typeof nothing {
  if (lifecycle === "active") return nothing;
  return html`<span class="pill tone-negative">${lifecycle === "deleted" ? "Deleted" : "Voided"}</span>`;
}

customElements.define("console-document-page", DocumentPage);
