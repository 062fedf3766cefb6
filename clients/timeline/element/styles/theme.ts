import { css } from "lit";

/**
 * The colours and sizes that a page may set, with their values for light and dark: `color-scheme` of the page decides.
 * Each colour has a contrast of at least 4.5 to what is behind it (WCAG 2.2, 1.4.3).
 */
export const theme = css`
  :host {
    --_text: var(--activity-text, light-dark(#1a1d21, #e8eaed));
    --_muted: var(--activity-muted, light-dark(#5f6672, #9aa1ac));
    --_surface: var(--activity-surface, light-dark(#ffffff, #16181c));
    --_subtle: var(--activity-subtle, light-dark(#f5f6f8, #1f2227));
    --_border: var(--activity-border, light-dark(#e3e6ea, #2d3138));
    --_control: var(--activity-control-border, light-dark(#c6cbd2, #444a54));
    --_accent: var(--activity-accent, light-dark(#4046ca, #a3a8ff));
    --_on-accent: var(--activity-on-accent, light-dark(#ffffff, #16181c));
    --_positive: var(--activity-positive, light-dark(#14743f, #62d394));
    --_negative: var(--activity-negative, light-dark(#b3261e, #ff9189));
    --_info: var(--activity-info, light-dark(#1d5fb8, #83b6ff));
    --_radius: var(--activity-radius, 8px);
    --_avatar: var(--activity-avatar-size, 28px);
    --_gap: var(--activity-gap, 12px);
    display: block;
    color: var(--_text);
    font-family: var(--activity-font, inherit);
    font-size: var(--activity-font-size, 14px);
    line-height: 1.45;
  }
  :host([hidden]) {
    display: none;
  }
  .tone-positive {
    --_tone: var(--_positive);
  }
  .tone-negative {
    --_tone: var(--_negative);
  }
  .tone-info {
    --_tone: var(--_info);
  }
  .tone-neutral {
    --_tone: var(--_muted);
  }
  .colour-0 { --_hue: 265; }
  .colour-1 { --_hue: 20; }
  .colour-2 { --_hue: 150; }
  .colour-3 { --_hue: 230; }
  .colour-4 { --_hue: 345; }
  .colour-5 { --_hue: 65; }
  .colour-6 { --_hue: 190; }
  .colour-7 { --_hue: 305; }
`;
