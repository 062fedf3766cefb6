import { css } from "lit";

/** The chart and its handles, and the positions that uPlot expects of its elements. */
export const histogramStyles = css`
  .histogram-chart {
    block-size: 96px;
    border-block-start: 0 solid var(--border);
    color: color-mix(in oklab, var(--accent) 72%, var(--surface));
    text-decoration-color: var(--muted);
    direction: ltr;
  }
  .histogram-chart .u-wrap {
    position: relative;
    user-select: none;
  }
  .histogram-chart :is(.u-over, .u-under, .u-axis, .u-select, .u-cursor-x, .u-cursor-y) {
    position: absolute;
  }
  .histogram-chart .u-wrap canvas {
    display: block;
    inline-size: 100%;
    block-size: 100%;
  }
  .histogram-chart .u-over {
    cursor: crosshair;
    touch-action: pan-y;
  }
  .histogram-chart .u-select {
    background: color-mix(in oklab, var(--accent) 24%, transparent);
    pointer-events: none;
  }
  .histogram-chart .u-cursor-x {
    inset-block: 0;
    inset-inline-start: 0;
    border-inline-start: 1px dashed var(--muted);
    pointer-events: none;
    will-change: transform;
  }
  .histogram-chart :is(.u-cursor-y, .u-cursor-pt, .u-hz .u-cursor-y, .u-off) {
    display: none;
  }
  .histogram-handles {
    display: flex;
    justify-content: space-between;
    gap: var(--space-2);
    padding-inline-start: 40px;
  }
  .histogram-handle {
    padding: 3px 6px;
    border-radius: var(--radius-small);
    color: var(--muted);
    font-size: 11px;
    cursor: ew-resize;
  }
  /* Without a selection, the axis of the chart already says where the range starts and ends. */
  .histogram-handles:not(.is-selecting) .histogram-handle:not(:focus-visible, :hover) {
    opacity: 0;
  }
  .histogram-handle:hover {
    background: var(--hover);
    color: var(--text);
  }
  .histogram-actions {
    padding-block-start: var(--space-2);
  }
`;
