import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { styleProperties } from "#clients/console/ui/style-properties.ts";
import { getEventStyle } from "#clients/timeline/format/event-style.ts";
import { toVerb } from "#clients/timeline/format/sentence.ts";
import { describeEvent } from "./describe-event.ts";
import type { DocumentHistory } from "./history/document-history.ts";
import { findVisibleRows, type RowRange } from "./visible-rows.ts";

/** The same as in the styles: rows of one height can be placed without being measured. */
const rowHeight = 48;

const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The element `<document-events>`: the events of a document, newest first, of which one is selected. */
export class DocumentEvents extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    history: { attribute: false },
    index: { attribute: false },
    select: { attribute: false },
    rows: { state: true },
  };

  declare history: DocumentHistory;
  declare index: number;
  /** Is called with the index of the event that the reader selects. */
  declare select: (index: number) => void;
  private declare rows: RowRange;

  readonly #observer = new ResizeObserver(() => this.#updateRows());
  #conflicts: ReadonlySet<number> = new Set();

  constructor() {
    super();
    this.rows = { first: 0, end: 0 };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
    this.addEventListener("scroll", this.#updateRows, { passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.removeEventListener("scroll", this.#updateRows);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("history")) this.#conflicts = new Set(this.history.conflicts);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("index") || changed.has("history")) this.#scrollToSelected();
    if (changed.has("history")) this.#updateRows();
  }

  protected override render(): TemplateResult {
    const { length } = this.history.events;
    const end = Math.min(this.rows.end, length);
    const indexes = Array.from(
      { length: Math.max(0, end - this.rows.first) },
      (_, row) => length - 1 - this.rows.first - row,
    );
    return html`<div
      class="document-events"
      role="listbox"
      tabindex="0"
      aria-label="Events, newest first"
      aria-activedescendant="document-event-${this.index}"
      ${styleProperties({ "block-size": `${length * rowHeight - 1}px` })}
      @keydown=${this.#handleKey}
    >${repeat(
      indexes,
      (index) => index,
      (index) => this.#renderEvent(index, length),
    )}</div>`;
  }

  #renderEvent(index: number, count: number): TemplateResult | typeof nothing {
    const event = this.history.events[index];
    if (event === undefined) return nothing;
    const { icon, tone } = getEventStyle(toVerb(event));
    const row = count - 1 - index;
    return html`<div
      class="document-event"
      id="document-event-${index}"
      role="option"
      aria-selected=${index === this.index}
      aria-setsize=${count}
      aria-posinset=${row + 1}
      ${styleProperties({ translate: `0 ${row * rowHeight}px` })}
      @click=${() => this.select(index)}
    >
      <span class="document-event-icon tone-${tone}">${renderIcon(icon)}</span>
      <span class="document-event-text"><bdi>${describeEvent(event)}</bdi></span>
      <span class="document-event-time muted"><bdi>${timeFormat.format(event.occurredAtMs)}</bdi></span>
      ${this.#conflicts.has(index) ? html`<span class="document-event-conflict tone-warning" data-tip="Does not agree with the events before">${renderIcon("warning")}<span class="unseen">Does not agree with the events before</span></span>` : nothing}
    </div>`;
  }

  readonly #updateRows = (): void => {
    const rows = findVisibleRows(
      { scrollTop: this.scrollTop, height: this.clientHeight },
      rowHeight,
      this.history.events.length,
    );
    if (rows.first !== this.rows.first || rows.end !== this.rows.end) this.rows = rows;
  };

  #scrollToSelected(): void {
    const top = (this.history.events.length - 1 - this.index) * rowHeight;
    if (top < this.scrollTop) this.scrollTop = top;
    else if (top + rowHeight > this.scrollTop + this.clientHeight) this.scrollTop = top + rowHeight - this.clientHeight;
  }

  readonly #handleKey = (event: KeyboardEvent): void => {
    const last = this.history.events.length - 1;
    const page = Math.max(1, Math.floor(this.clientHeight / rowHeight) - 1);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: this.index - 1,
      ArrowUp: this.index + 1,
      PageDown: this.index - page,
      PageUp: this.index + page,
      Home: last,
      End: 0,
    };
    const target = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
    if (target === undefined) return;
    event.preventDefault();
    this.select(Math.min(last, Math.max(0, target)));
  };
}

customElements.define("document-events", DocumentEvents);
