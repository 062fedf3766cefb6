import { css } from "lit";

/** The pages of documents. */
export const documentStyles = css`
  .document-bar {
    margin-block-end: var(--space-3);
  }
  .document-bar > .icon {
    color: var(--tone);
  }
  .document-bar > span {
    flex: 1 1 16em;
  }
  .document-moment {
    display: grid;
    gap: var(--space-2);
    margin-block-end: var(--space-4);
    padding: var(--space-3) var(--space-4);
  }
  .document-moment-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-4);
  }
  .document-moment-event {
    flex: 1 1 20em;
    display: grid;
    gap: 3px;
    min-inline-size: 0;
  }
  .document-moment-event > strong {
    font-size: var(--size-large);
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .document-moment-event > .muted, .document-moment-event .verification {
    font-size: var(--size-small);
  }
  .document-as-of {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    white-space: nowrap;
  }
  .document-slider {
    display: flex;
    align-items: center;
    gap: var(--space-1);
  }
  .document-track {
    position: relative;
    flex: 1;
    min-inline-size: 0;
  }
  .document-track input {
    display: block;
    inline-size: 100%;
    block-size: 24px;
    margin: 0;
    accent-color: var(--accent);
  }
  .document-marks {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 8px;
    block-size: 4px;
    pointer-events: none;
  }
  .document-mark {
    position: absolute;
    inline-size: 3px;
    block-size: 5px;
    margin-inline-start: -1.5px;
    border-radius: 1px;
    background: var(--warning);
  }
  .document-step.earlier .icon {
    rotate: 90deg;
  }
  .document-step.later .icon, .document-step.earlier:dir(rtl) .icon {
    rotate: -90deg;
  }
  .document-step.later:dir(rtl) .icon {
    rotate: 90deg;
  }
  .document-count {
    min-inline-size: 7ch;
    font-size: var(--size-small);
    text-align: end;
    white-space: nowrap;
  }
  .document-columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    align-items: start;
    gap: var(--space-4);
  }
  document-events {
    display: block;
    position: relative;
    max-block-size: max(320px, calc(100dvh - 290px));
    border-radius: inherit;
    overflow: hidden auto;
    overscroll-behavior: contain;
  }
  .document-events {
    position: relative;
    overflow: hidden;
  }
  .document-events:focus-visible {
    outline: none;
  }
  .document-events:focus-visible .document-event[aria-selected="true"] {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
  }
  .document-event {
    position: absolute;
    inset-block-start: 0;
    inset-inline: 0;
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 var(--space-3);
    block-size: 48px;
    padding: 0 var(--space-4);
    border-block-end: 1px solid var(--border);
    cursor: pointer;
  }
  .document-event:hover {
    background: var(--subtle);
  }
  .document-event[aria-selected="true"] {
    background: var(--accent-subtle);
  }
  .document-event-icon {
    grid-row: span 2;
    display: grid;
    place-items: center;
    inline-size: 24px;
    block-size: 24px;
    border-radius: 50%;
    background: color-mix(in oklab, var(--tone) 11%, var(--surface));
    color: var(--tone);
  }
  .document-event-icon .icon {
    inline-size: 14px;
    block-size: 14px;
  }
  .document-event-text {
    align-self: end;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .document-event-time {
    grid-column: 2;
    align-self: start;
    font-size: var(--size-small);
    white-space: nowrap;
  }
  .document-event-conflict {
    grid-area: 1 / 3 / span 2;
    display: grid;
    color: var(--tone);
  }
  .document-state {
    display: grid;
    gap: var(--space-3);
    padding: var(--space-4);
  }
  .document-state h2 {
    display: flex;
    align-items: center;
    gap: var(--space-2);
  }
  .document-group {
    margin-block-start: var(--space-2);
    padding-block-start: var(--space-3);
    border-block-start: 1px solid var(--border);
  }
  .document-note {
    color: var(--muted);
    font-size: var(--size-small);
    text-wrap: pretty;
  }
  .document-field {
    display: grid;
    grid-template-columns: minmax(88px, 32%) minmax(0, 1fr);
    align-items: baseline;
    gap: 0 var(--space-3);
    margin-inline: calc(-1 * var(--space-2));
    padding: 5px var(--space-2);
    border-radius: var(--radius);
  }
  .document-field.changed {
    background: var(--accent-subtle);
  }
  .document-field.changed + .document-field.changed {
    margin-block-start: 2px;
  }
  .document-field dt {
    color: var(--muted);
    overflow-wrap: anywhere;
  }
  .document-field.changed dt {
    color: var(--text);
  }
  .document-field dd {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .document-field.inferred dd {
    color: var(--muted);
    font-style: italic;
  }
  .document-field dd > .icon {
    inline-size: 12px;
    block-size: 12px;
    color: var(--muted);
  }
  .document-field dd > .icon:dir(rtl) {
    scale: -1 1;
  }
  .document-old {
    color: var(--muted);
    text-decoration: line-through;
    text-decoration-color: color-mix(in oklab, currentColor 50%, transparent);
  }
  .document-conflict {
    display: flex;
    flex-basis: 100%;
    gap: var(--space-2);
    margin-block-start: 2px;
    font-size: var(--size-small);
  }
  .document-conflict .icon {
    inline-size: 14px;
    block-size: 14px;
    margin-block-start: 2px;
    color: var(--tone);
  }
  .document-more {
    justify-self: start;
  }
  .document-find {
    display: grid;
    grid-template-columns: minmax(120px, 200px) minmax(0, 1fr) auto;
    align-items: end;
    gap: var(--space-3);
    margin-block-end: var(--space-5);
  }
  .document-recent {
    margin-block-end: var(--space-3);
  }
  @media (width < 860px) {
    .document-columns {
      grid-template-columns: minmax(0, 1fr);
    }
    document-events {
      max-block-size: 239px;
    }
  }
  @media (width < 560px) {
    .document-find {
      grid-template-columns: minmax(0, 1fr);
    }
    .document-count {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .document-event[aria-selected="true"], .document-field.changed {
      outline: 1px solid Highlight;
      outline-offset: -1px;
    }
  }
`;
