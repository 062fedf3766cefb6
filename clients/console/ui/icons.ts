import { html, type TemplateResult } from "lit";
import { iconPaths as timelinePaths } from "#clients/timeline/element/icons.ts";

/** Outlines on a grid of 16. */
const paths = {
  ...timelinePaths,
  activity: "M2 8h3l2-4.5 2.5 9L11.5 8H14",
  document: "M4 2.5h5l3 3v8H4zM9 2.5v3h3M6 8.5h4M6 11h4",
  webhook: "M8 5.5a2.5 2.5 0 10-2.2 2.5L4 11.5M8 5.5l2 4M12.5 11.5a2.5 2.5 0 10-2.5-2M4 11.5h6",
  key: "M6 6.5a2.5 2.5 0 10-1 5 2.5 2.5 0 001.8-4.2L12.5 2.5M10.5 4.5l2 2",
  book: "M3 3h4l1 1 1-1h4v9.5H9l-1 1-1-1H3zM8 4v9",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9M10.5 10.5l3 3",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.5v9M3.5 8h9",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  download: "M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10",
  previous: "M4 10l4-4 4 4",
  next: "M4 6l4 4 4-4",
  external: "M9.5 3H13v3.5M13 3L7.5 8.5M11 9.5V13H3V5h3.5",
  refresh: "M13 8a5 5 0 11-1.5-3.5L13 6M13 3v3h-3",
  sun: "M8 5.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  moon: "M13 9.5A5.5 5.5 0 016.5 3a5.5 5.5 0 106.5 6.5z",
  system: "M2.5 3h11v7.5h-11zM6 13.5h4",
  leave: "M9.5 3H3.5v10h6M7 8h6.5M11 5.5L13.5 8 11 10.5",
  lock: "M8 2.5A2.5 2.5 0 005.5 5v2h5V5A2.5 2.5 0 008 2.5M4 7h8v6H4z",
  shield: "M8 2l5 2v3.5c0 3.2-2.1 5.4-5 6.5-2.9-1.1-5-3.3-5-6.5V4z",
  inbox: "M2.5 9l2-6h7l2 6v4h-11zM2.5 9H6l.5 1.5h3L10 9h3.5",
} as const;

export type IconName = keyof typeof paths;

/** Renders an icon, which is decoration: assistive technology does not see it. */
export function renderIcon(name: IconName): TemplateResult {
  return html`<svg class="icon icon-${name}" viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}
