import { html, type TemplateResult } from "lit";
import { formatAge, formatExactTime } from "./time-format.ts";

/** Renders how long ago a time is; on hover and focus the tooltip has the exact one, in the local zone and in UTC. */
export function renderRelativeTime(timeMs: number, nowMs: number): TemplateResult {
  return html`<time
    datetime=${new Date(timeMs).toISOString()}
    tabindex="0"
    data-tip=${formatExactTime(timeMs)}
  >${formatAge(timeMs, nowMs)}<span class="unseen">, ${formatExactTime(timeMs)}</span></time>`;
}
