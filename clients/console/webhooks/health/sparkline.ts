import { html, type TemplateResult } from "lit";
import { toSparkline } from "./sparkline-points.ts";

const width = 72;
const height = 20;

/** Renders the durations of deliveries as a line, oldest first. `label` says what it shows. */
export function renderSparkline(durations: readonly number[], label: string): TemplateResult | "" {
  const line = toSparkline(durations, width, height);
  if (line === null) return "";
  return html`<svg class="sparkline" viewBox="0 0 ${width} ${height}" role="img" aria-label=${label}>
    <polyline points=${line.points} />
    <circle cx=${line.lastX} cy=${line.lastY} r="1.5" />
  </svg>`;
}
