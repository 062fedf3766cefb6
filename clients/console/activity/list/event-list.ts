import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { FeedEvent } from "#clients/console/activity/feed/feed-event.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { renderDayRow, renderEventRow } from "./event-row-view.ts";
import { type ListRow, ListRows, type RowHeights, toLocalDay } from "./list-rows.ts";
import { listStyles } from "./list-styles.ts";
import { getVisibleRange } from "./visible-range.ts";

const wideQuery = "(min-width: 821px)";
const wideHeights: RowHeights = { day: 40, event: 40 };
const narrowHeights: RowHeights = { day: 34, event: 60 };

/** The distance to the end at which the next page is asked for. */
const nearEndRows = 30;

/**
 * The element `<event-list>`: only the rows in view are in the document. It dispatches `open-event` with the id of the event
 * that the reader opens, and `near-end` when the end comes into view. The page scrolls, not the list.
 */
export class EventList extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    events: { attribute: false },
    count: { attribute: false },
    activeId: { attribute: false },
    range: { state: true },
  };

  declare events: readonly FeedEvent[];
  /** The number of events: the list grows in place. */
  declare count: number;
  declare activeId: string | null;
  private declare range: readonly [number, number];

  readonly #rows = new ListRows(toLocalDay);
  readonly #media = matchMedia(wideQuery);
  #indexes = new Map<string, number>();
  #indexed: readonly FeedEvent[] = [];

  constructor() {
    super();
    Object.assign(this, { events: [], count: 0, activeId: null, range: [0, 0] });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(listStyles);
    window.addEventListener("scroll", this.#measure, { passive: true });
    window.addEventListener("resize", this.#measure);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("scroll", this.#measure);
    window.removeEventListener("resize", this.#measure);
  }

  /** Moves the active row; the first one if none is active. Returns the id of its event. */
  move(step: number): string | null {
    const index = this.activeId === null ? -1 : this.#indexOf(this.activeId);
    const next = Math.max(0, Math.min(this.events.length - 1, index === -1 ? 0 : index + step));
    const id = this.events[next]?.id ?? null;
    if (id !== null) this.#reveal(next);
    return id;
  }

  /** Moves the focus to the list. */
  focusList(): void {
    this.querySelector<HTMLElement>(".event-grid")?.focus({ preventScroll: true });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("events") || changed.has("count")) this.#rows.update(this.events);
  }

  protected override render(): TemplateResult {
    const [first, end] = this.range;
    const { rows } = this.#rows;
    const visible = rows.slice(first, end);
    const hasActive = visible.some((row) => row.kind === "event" && row.event.id === this.activeId);
    return html`<div
      class="event-grid"
      role="grid"
      tabindex="0"
      aria-label="Events"
      aria-rowcount=${rows.length}
      aria-activedescendant=${hasActive ? `row-${this.activeId}` : ""}
      @click=${this.#click}
    >
      <div class="event-rows" role="rowgroup">
        ${repeat(visible, toKey, (row, index) => this.#renderRow(row, first + index))}
      </div>
    </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const grid = this.querySelector<HTMLElement>(".event-grid");
    const visible = this.querySelector<HTMLElement>(".event-rows");
    if (grid === null || visible === null) return;
    // The policy of the page refuses style attributes, not properties.
    grid.style.blockSize = `${this.#toTop(this.#rows.rows.length)}px`;
    visible.style.translate = `0 ${this.#toTop(this.range[0])}px`;
    if (changed.has("events") || changed.has("count")) this.#measure();
  }

  #renderRow(row: ListRow, index: number): TemplateResult {
    if (row.kind === "day") return renderDayRow(row.timeMs);
    return renderEventRow(row.event, index, row.event.id === this.activeId);
  }

  readonly #toTop = (row: number): number => this.#rows.toTop(row, this.#media.matches ? wideHeights : narrowHeights);

  readonly #measure = (): void => {
    const rowCount = this.#rows.rows.length;
    const offset = -this.getBoundingClientRect().top;
    const range = getVisibleRange({ offset, height: window.innerHeight, rowCount, toTop: this.#toTop });
    if (range[0] !== this.range[0] || range[1] !== this.range[1]) this.range = range;
    if (range[1] > rowCount - nearEndRows) this.dispatchEvent(new CustomEvent("near-end"));
  };

  #indexOf(id: string): number {
    if (this.#indexed !== this.events || this.#indexes.size !== this.events.length) {
      this.#indexed = this.events;
      this.#indexes = new Map(this.events.map((event, index) => [event.id, index]));
    }
    return this.#indexes.get(id) ?? -1;
  }

  /** Scrolls as little as needed for the row to be in view, clear of what sticks to the top. */
  #reveal(index: number): void {
    const row = this.#rows.toRow(index);
    const height = this.#toTop(row + 1) - this.#toTop(row);
    const top = this.getBoundingClientRect().top + this.#toTop(row);
    const bottom = top + height;
    const clearance = 96;
    if (top < clearance) window.scrollBy(0, top - clearance);
    else if (bottom > window.innerHeight) window.scrollBy(0, bottom - window.innerHeight + height);
  }

  readonly #click = ({ target }: MouseEvent): void => {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-id]") : null;
    // A reader who selects text does not open the event.
    if (row === null || getSelection()?.isCollapsed === false) return;
    this.dispatchEvent(new CustomEvent("open-event", { detail: row.dataset.id }));
  };
}

function toKey(row: ListRow): string {
  return row.kind === "day" ? `day-${row.timeMs}` : row.event.id;
}

customElements.define("event-list", EventList);
