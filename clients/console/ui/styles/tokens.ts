import { css } from "lit";

/**
 * The colours, sizes and type of the console, for light and dark: components use these properties only. Each text colour
 * has a contrast of at least 4.5 to the surfaces that it is used on (WCAG 2.2, 1.4.3). The colours that `<activity-timeline>`
 * has, too, are the same.
 */
export const tokens = css`
  :root {
    color-scheme: light dark;
    --text: light-dark(#1a1d21, #e8eaed);
    --muted: light-dark(#5f6672, #9aa1ac);
    --canvas: light-dark(#fafbfc, #111316);
    --surface: light-dark(#ffffff, #16181c);
    --subtle: light-dark(#f5f6f8, #1f2227);
    --hover: light-dark(#eff1f4, #24282e);
    --border: light-dark(#e3e6ea, #2d3138);
    --control-border: light-dark(#c6cbd2, #444a54);
    --accent: light-dark(#4046ca, #a3a8ff);
    --accent-subtle: light-dark(#eeeffc, #23253f);
    --on-accent: light-dark(#ffffff, #16181c);
    --positive: light-dark(#14743f, #62d394);
    --negative: light-dark(#b3261e, #ff9189);
    --on-negative: light-dark(#ffffff, #2a0d0a);
    --warning: light-dark(#8a5300, #f0b95b);
    --info: light-dark(#1d5fb8, #83b6ff);
    --inverse: light-dark(#1a1d21, #e8eaed);
    --on-inverse: light-dark(#ffffff, #16181c);
    --shadow: 0 8px 32px light-dark(rgb(16 20 30 / 16%), rgb(0 0 0 / 56%));
    --backdrop: light-dark(rgb(26 29 33 / 32%), rgb(0 0 0 / 56%));

    --space-1: 4px;
    --space-2: 8px;
    --space-3: 12px;
    --space-4: 16px;
    --space-5: 24px;
    --space-6: 32px;
    --space-7: 48px;

    --radius-small: 4px;
    --radius: 6px;
    --radius-large: 10px;
    --control: 30px;

    --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
    --font-mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
    --size-small: 12px;
    --size: 13px;
    --size-large: 14px;
    --size-heading: 16px;
    --size-title: 20px;
  }
  :root[data-theme="light"] {
    color-scheme: light;
  }
  :root[data-theme="dark"] {
    color-scheme: dark;
  }
  .tone-positive {
    --tone: var(--positive);
  }
  .tone-negative {
    --tone: var(--negative);
  }
  .tone-warning {
    --tone: var(--warning);
  }
  .tone-info {
    --tone: var(--info);
  }
  .tone-neutral {
    --tone: var(--muted);
  }
  .colour-0 { --hue: 265; }
  .colour-1 { --hue: 20; }
  .colour-2 { --hue: 150; }
  .colour-3 { --hue: 230; }
  .colour-4 { --hue: 345; }
  .colour-5 { --hue: 65; }
  .colour-6 { --hue: 190; }
  .colour-7 { --hue: 305; }
`;
