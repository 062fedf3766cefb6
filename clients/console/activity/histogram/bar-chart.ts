import uPlot from "uplot";
import { locale } from "#clients/console/ui/locale.ts";
import type { Histogram } from "./buckets.ts";

const height = 96;

const timeOfDay = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const month = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric" });

/** The steps between marks of the counts. */
const countSteps = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 100_000];

/** Formats the marks of the axis: dates if they are days apart, else times of day. */
function formatMarks(_plot: uPlot, seconds: readonly number[], _axis: number, _space: number, step: number): string[] {
  const format = step < 86_400 ? timeOfDay : step < 28 * 86_400 ? day : month;
  return seconds.map((second) => format.format(second * 1_000));
}

/** Draws a histogram with uPlot into an element whose `color`, `border-color` and `text-decoration-color` are its colours. */
export class BarChart {
  readonly #host: HTMLElement;
  readonly #onSelect: (first: number, end: number) => void;
  #plot: uPlot | null = null;
  #histogram: Histogram | null = null;

  /** `onSelect` gets the bars over which the pointer was dragged: from the first to before the end. */
  constructor(host: HTMLElement, onSelect: (first: number, end: number) => void) {
    this.#host = host;
    this.#onSelect = onSelect;
  }

  draw(histogram: Histogram): void {
    this.#histogram = histogram;
    const seconds = histogram.edges.map((edge) => edge / 1_000);
    const data: uPlot.AlignedData = [seconds, [...histogram.counts, null]];
    this.#plot ??= new uPlot(this.#options(), data, this.#host);
    this.#plot.setData(data, false);
    this.#plot.setScale("x", { min: seconds[0] ?? 0, max: seconds.at(-1) ?? 1 });
    this.#plot.setScale("y", { min: 0, max: Math.max(1, ...histogram.counts) });
  }

  /** Follows the width of the element. */
  resize(): void {
    if (this.#host.clientWidth > 0) this.#plot?.setSize({ width: this.#host.clientWidth, height });
  }

  /** Takes the colours anew: the theme has changed. */
  redraw(): void {
    this.#plot?.redraw(false);
  }

  /** Shows a selection of bars; `null` removes it. */
  select(range: { readonly first: number; readonly end: number } | null): void {
    const plot = this.#plot;
    if (plot === null || this.#histogram === null) return;
    const toPosition = (index: number) => plot.valToPos((this.#histogram?.edges[index] ?? 0) / 1_000, "x");
    const [left, right] = range === null ? [0, 0] : [toPosition(range.first), toPosition(range.end)];
    plot.setSelect({ left, width: right - left, top: 0, height: plot.bbox.height / devicePixelRatio }, false);
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #options(): uPlot.Options {
    const colour = (property: "color" | "borderTopColor" | "textDecorationColor") => () =>
      getComputedStyle(this.#host)[property];
    const font = `11px ${getComputedStyle(this.#host).fontFamily}`;
    const paths = uPlot.paths.bars?.({ size: [0.84, 96], align: 1 });
    const bars = paths === undefined ? {} : { paths };
    const axis = { stroke: colour("textDecorationColor"), font, grid: { stroke: colour("borderTopColor"), width: 1 } };
    return {
      width: this.#host.clientWidth,
      height,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      series: [{}, { ...bars, fill: colour("color"), width: 0, points: { show: false } }],
      axes: [
        { ...axis, size: 24, space: 84, ticks: { show: false }, grid: { show: false }, values: formatMarks },
        { ...axis, size: 40, space: 28, ticks: { show: false }, incrs: countSteps },
      ],
      hooks: { setSelect: [(plot) => this.#selected(plot)] },
    };
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    const edges = this.#histogram?.edges ?? [];
    if (width < 4) return;
    const toIndex = (position: number) => {
      const timeMs = plot.posToVal(position, "x") * 1_000;
      return edges.filter((edge) => edge <= timeMs).length - 1;
    };
    this.#onSelect(Math.max(0, toIndex(left)), Math.min(edges.length - 1, toIndex(left + width) + 1));
  }
}
