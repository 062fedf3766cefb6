import { html, type TemplateResult } from "lit";
import type { EventIcon } from "#clients/timeline/format/event-style.ts";

/** Outlines on a grid of 16. */
export const iconPaths = {
  created: "M8 3.5v9M3.5 8h9",
  changed: "M10.5 3.5l2 2-7 7H3.5v-2zM9 5l2 2",
  sent: "M13.5 2.5l-11 4 4.5 2.5 2.5 4.5zM7 9l6.5-6.5",
  mail: "M2.5 4h11v8h-11zM2.5 4.5L8 9l5.5-4.5",
  check: "M3.5 8.5l3 3 6-7",
  money: "M2 4.5h12v7H2zM8 6.5a1.5 1.5 0 100 3 1.5 1.5 0 000-3M4.5 8h.01M11.5 8h.01",
  removed: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  comment: "M3 3.5h10v7H8l-3 2.5v-2.5H3z",
  attachment: "M12 7.5l-4 4a2.5 2.5 0 01-3.5-3.5l4.5-4.5a1.6 1.6 0 012.3 2.3L7 10",
  access: "M8 2.5a2.5 2.5 0 00-2.5 2.5v2h5V5A2.5 2.5 0 008 2.5M4 7h8v6H4z",
  event: "M8 6.5a1.5 1.5 0 100 3 1.5 1.5 0 000-3",
  arrow: "M3 8h10M9.5 4.5L13 8l-3.5 3.5",
  chevron: "M4.5 6.5L8 10l3.5-3.5",
  up: "M8 13V3.5M4 7l4-4 4 4",
  copy: "M5.5 5.5h7v7h-7zM10.5 5.5v-2h-7v7h2",
  list: "M6 4h7M6 8h7M6 12h7M3 4h.01M3 8h.01M3 12h.01",
  warning: "M8 3l6 10.5H2zM8 7v3M8 12h.01",
  offline: "M2 6.5a9 9 0 0112 0M4.5 9a5.5 5.5 0 017 0M8 12h.01M3 3l10 10",
  verified: "M8 2l5 2v3.5c0 3.2-2.1 5.4-5 6.5-2.9-1.1-5-3.3-5-6.5V4zM5.7 8l1.7 1.7 3-3.3",
  clock: "M8 2.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11M8 5v3l2 1.5",
} as const satisfies Record<EventIcon, string> & Record<string, string>;

export type IconName = keyof typeof iconPaths;

/** Renders an icon, which is decoration: assistive technology does not see it. */
export function renderIcon(name: IconName): TemplateResult {
  return html`<svg class="icon icon-${name}" viewBox="0 0 16 16" aria-hidden="true"><path d=${iconPaths[name]} /></svg>`;
}
