import { css } from "lit";

/** Filters, notices, the outline while loading, new events, print and reduced motion. */
export const stateStyles = css`
  select, .button, .more {
    border: 1px solid var(--_control);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding-block-end: 16px;
  }
  select {
    appearance: none;
    field-sizing: content;
    max-inline-size: min(14em, 100%);
    block-size: 30px;
    padding-block: 0;
    padding-inline: 10px 26px;
    color: var(--_muted);
    text-overflow: ellipsis;
  }
  .select {
    position: relative;
    display: inline-flex;
    min-inline-size: 0;
  }
  .select .icon {
    position: absolute;
    inset-inline-end: 8px;
    inset-block-start: calc(50% - 0.5em);
    color: var(--_muted);
    pointer-events: none;
  }
  select:hover {
    color: var(--_text);
  }
  select.chosen {
    border-color: var(--_accent);
    color: var(--_text);
  }
  .arrivals {
    position: sticky;
    inset-block-start: 8px;
    z-index: 1;
    display: flex;
    justify-content: center;
    block-size: 0;
  }
  .new {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    block-size: 30px;
    padding-inline: 12px 14px;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 500;
    box-shadow: 0 2px 8px rgb(0 0 0 / 18%);
    animation: enter 160ms ease-out;
  }
  @keyframes enter {
    from {
      opacity: 0;
      translate: 0 -6px;
    }
  }
  .button, .more {
    min-block-size: 32px;
    padding: 4px 12px;
    color: var(--_text);
    font-weight: 500;
  }
  .button:hover, .more:hover {
    background: var(--_subtle);
  }
  .more {
    display: block;
    margin: 12px auto 4px;
  }
  .end {
    padding-block: 16px 4px;
    color: var(--_muted);
    font-size: 0.93em;
    text-align: center;
  }
  .notice {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 12px;
    padding: 48px 24px;
    text-align: center;
  }
  .notice-icon {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 36px;
    block-size: 36px;
    border-radius: 50%;
    background: var(--_subtle);
    color: var(--_muted);
    font-size: 18px;
  }
  .notice-title {
    font-weight: 600;
  }
  .hint {
    color: var(--_muted);
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    margin-block-end: 12px;
    padding: 10px 12px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_subtle);
  }
  .bar > div {
    flex: 1 1 12em;
  }
  .bar .notice-icon {
    inline-size: 24px;
    block-size: 24px;
  }
  .bone {
    display: block;
    block-size: 11px;
    margin-block-start: 8px;
    border-radius: 6px;
    background: var(--_border);
    color: transparent;
    animation: pulse 1.4s ease-in-out infinite alternate;
  }
  .bone.avatar {
    block-size: var(--_avatar);
    margin: 0;
    border-radius: 50%;
    animation: none;
  }
  .line-0 {
    inline-size: 62%;
  }
  .line-1 {
    inline-size: 48%;
  }
  .line-2 {
    inline-size: 71%;
  }
  .bone.short {
    inline-size: 22%;
    block-size: 9px;
  }
  @keyframes pulse {
    to {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    .status, .symbol, .avatar, .new {
      border: 1px solid;
    }
  }
  @media print {
    :host {
      color-scheme: light;
    }
    .filters, .arrivals, .more, .bar, .copy, .skeleton, .time .icon, .relative, .unseen {
      display: none;
    }
    .exact {
      position: static;
      inline-size: auto;
      block-size: auto;
      clip-path: none;
    }
    .event {
      content-visibility: visible;
      break-inside: avoid;
    }
    .day {
      break-after: avoid;
    }
  }
`;
