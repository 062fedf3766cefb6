import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { correctLanguage, locale } from "#clients/console/ui/locale.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import type { BarChart } from "./bar-chart.ts";
import { type Brush, type BrushHandle, moveHandle, toStep } from "./brush.ts";
import type { Histogram, TimeRange } from "./buckets.ts";
import { histogramStyles } from "./histogram-styles.ts";

const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

const handleLabels: Readonly<Record<BrushHandle, string>> = { first: "Start of the range", end: "End of the range" };

/**
 * The element `<event-histogram>`: bars of events over time. Dragging over it, or its two handles by keys, selects a range,
 * which it dispatches as `select-range` with a `TimeRange`.
 */
export class EventHistogram extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    histogram: { attribute: false },
    brush: { state: true },
  };

  declare histogram: Histogram | null;
  private declare brush: Brush | null;

  #chart: BarChart | null = null;
  readonly #resize = new ResizeObserver(() => this.#chart?.resize());
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = () => requestAnimationFrame(() => this.#chart?.redraw());
  readonly #theme = new MutationObserver(this.#redraw);

  constructor() {
    super();
    this.histogram = null;
    this.brush = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(histogramStyles);
    this.#theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#dark.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#theme.disconnect();
    this.#resize.disconnect();
    this.#dark.removeEventListener("change", this.#redraw);
    this.#chart?.destroy();
    this.#chart = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<div class="histogram" role="group" aria-label=${this.#describe()}>
      <div class="histogram-chart"></div>
      <div class="histogram-handles ${this.brush === null ? "" : "is-selecting"}">${this.#renderHandle("first")}${this.#renderHandle("end")}</div>
    </div>
    ${this.brush === null ? "" : this.#renderActions()}`;
  }

  protected override updated(changed: PropertyValues): void {
    if (this.histogram === null || this.#chart === null) return;
    if (changed.has("histogram")) this.#chart.draw(this.histogram);
    this.#chart.select(this.brush);
  }

  /** The list does not wait for the chart, and stays if the chart cannot be loaded. */
  protected override async firstUpdated(): Promise<void> {
    const host = this.querySelector<HTMLElement>(".histogram-chart");
    correctLanguage(navigator);
    const { BarChart } = await import("./bar-chart.ts");
    if (host === null || !this.isConnected) return;
    this.#chart = new BarChart(host, (first, end) => this.#apply({ first, end }));
    this.#resize.observe(host);
    if (this.histogram !== null) this.#chart.draw(this.histogram);
  }

  #renderHandle(handle: BrushHandle): TemplateResult {
    const barCount = this.histogram?.counts.length ?? 0;
    const index = (this.brush ?? { first: 0, end: barCount })[handle];
    return html`<button
      type="button"
      class="histogram-handle"
      role="slider"
      aria-label=${handleLabels[handle]}
      aria-valuemin="0"
      aria-valuemax=${barCount}
      aria-valuenow=${index}
      aria-valuetext=${dateTime.format(this.histogram?.edges[index] ?? 0)}
      @keydown=${(event: KeyboardEvent) => this.#keydown(event, handle)}
    >${dateTime.format(this.histogram?.edges[index] ?? 0)}</button>`;
  }

  #renderActions(): TemplateResult {
    return html`<div class="actions histogram-actions">
      <button type="button" class="button" @click=${() => this.brush !== null && this.#apply(this.brush)}>Show this range</button>
      <button type="button" class="button plain" @click=${() => (this.brush = null)}>Cancel</button>
    </div>`;
  }

  #describe(): string {
    const { counts = [], unit = "" } = this.histogram ?? {};
    const total = counts.reduce((sum, count) => sum + count, 0);
    return `${total} events over time, by ${unit}. At most ${Math.max(0, ...counts)} in one bar.`;
  }

  #keydown(event: KeyboardEvent, handle: BrushHandle): void {
    const barCount = this.histogram?.counts.length ?? 0;
    const step = toStep(event.key, barCount);
    if (step !== null) this.brush = moveHandle(this.brush, handle, step, barCount);
    else if (event.key === "Enter" && this.brush !== null) this.#apply(this.brush);
    else if (event.key === "Escape" && this.brush !== null) this.brush = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #apply({ first, end }: Brush): void {
    const { edges = [] } = this.histogram ?? {};
    const [fromMs, toMs] = [edges[first], edges[end]];
    this.brush = null;
    this.#chart?.select(null);
    if (fromMs === undefined || toMs === undefined) return;
    // The bars end before the next one begins, and the API includes both bounds.
    const detail: TimeRange = { fromMs, toMs: toMs - 1 };
    this.dispatchEvent(new CustomEvent("select-range", { detail }));
  }
}

customElements.define("event-histogram", EventHistogram);
