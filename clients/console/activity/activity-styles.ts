import { css } from "lit";

/** The Activity page: filters, summary, list and event. */
export const activityStyles = css`
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .filter {
    position: relative;
    display: inline-flex;
    min-inline-size: 0;
  }
  .filter-value {
    max-inline-size: 260px;
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
  }
  .filter .chip.set {
    padding-inline-end: 26px;
  }
  .filter-remove {
    position: absolute;
    inset-block: 0;
    inset-inline-end: 1px;
    display: grid;
    place-items: center;
    inline-size: 24px;
    border-radius: 999px;
    color: var(--accent);
  }
  .filter-remove .icon {
    inline-size: 12px;
    block-size: 12px;
  }
  .filter-remove:hover {
    color: var(--text);
  }
  .filter-clear {
    border-color: transparent;
    background: none;
    color: var(--muted);
  }
  .filter-editor {
    position: absolute;
    inset-block-start: calc(100% + 6px);
    inset-inline-start: 0;
    z-index: 15;
    display: grid;
    gap: var(--space-3);
    inline-size: min(280px, calc(100vw - 32px));
    padding: var(--space-3);
    border: 1px solid var(--border);
    border-radius: var(--radius-large);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .filter-presets {
    display: flex;
    flex-direction: column;
    padding-block-end: var(--space-2);
    border-block-end: 1px solid var(--border);
  }
  .filter-types {
    grid-template-columns: 1fr 1fr;
    gap: 2px;
  }
  .filter-types .button[aria-pressed="true"] {
    background: var(--accent-subtle);
    color: var(--accent);
  }
  :is(.filter-presets, .filter-types) .button {
    justify-content: flex-start;
    padding-inline: var(--space-2);
    color: var(--text);
    font-weight: 400;
  }
  .activity {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
  }
  .activity .page-head {
    margin-block-end: 0;
  }
  .activity-overview {
    padding: var(--space-3) var(--space-4) var(--space-2);
  }
  .activity-summary {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1) var(--space-3);
    min-block-size: 28px;
    color: var(--muted);
  }
  .activity-summary strong {
    color: var(--text);
    font-weight: 600;
  }
  .activity-summary .button {
    min-block-size: 26px;
    padding: 1px 10px;
  }
  :is(.activity-summary, .export-progress) progress {
    inline-size: 96px;
    block-size: 6px;
    accent-color: var(--accent);
  }
  .activity-new {
    position: sticky;
    inset-block-start: var(--space-3);
    z-index: 5;
    display: flex;
    justify-content: center;
    block-size: 0;
  }
  .activity-new .button {
    border-radius: 999px;
    translate: 0 -8px;
    box-shadow: var(--shadow);
  }
  .event-grid {
    position: relative;
    outline-offset: -2px;
    border-radius: var(--radius-large);
    contain: layout paint style;
  }
  .event-day, .event-row {
    display: grid;
    align-items: center;
    block-size: 40px;
    border-block-end: 1px solid var(--border);
  }
  .event-day {
    align-items: end;
    padding: 0 var(--space-4) 6px;
    color: var(--muted);
    font-size: var(--size-small);
    font-weight: 600;
  }
  .event-row {
    grid-template-columns: 64px minmax(0, 1fr) fit-content(34%);
    gap: var(--space-3);
    padding-inline: var(--space-4);
    cursor: pointer;
  }
  .event-row:hover {
    background: var(--subtle);
  }
  .event-row.active {
    background: var(--accent-subtle);
    box-shadow: inset 2px 0 var(--accent);
  }
  .event-time {
    color: var(--muted);
    white-space: nowrap;
  }
  .event-what {
    display: flex;
    align-items: center;
    gap: 10px;
    min-inline-size: 0;
  }
  .event-sentence, .event-changes {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .event-sentence {
    color: var(--muted);
  }
  .event-sentence :is(.actor, .document) {
    color: var(--text);
    font-weight: 500;
  }
  .event-changes {
    color: var(--muted);
    text-align: end;
  }
  .avatar.symbol {
    background: color-mix(in oklab, var(--tone) 12%, var(--surface));
    color: var(--tone);
  }
  .avatar.symbol .icon {
    inline-size: 13px;
    block-size: 13px;
  }
  .event-section {
    display: grid;
    gap: var(--space-2);
  }
  .event-section h3 {
    color: var(--muted);
    font-size: var(--size-small);
  }
  .drawer-head .avatar {
    margin-block-start: 5px;
  }
  .diff {
    inline-size: 100%;
    border: 1px solid var(--border);
    border-collapse: separate;
    border-radius: var(--radius);
    border-spacing: 0;
    table-layout: fixed;
    overflow: hidden;
  }
  .diff th, .diff td {
    padding: 7px 10px;
    font-weight: 400;
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  .diff tbody tr + tr > * {
    border-block-start: 1px solid var(--border);
  }
  .diff th {
    inline-size: 30%;
    color: var(--muted);
  }
  .diff-old {
    background: color-mix(in oklab, var(--negative) 5%, transparent);
    color: var(--muted);
  }
  .diff-new {
    background: color-mix(in oklab, var(--positive) 7%, transparent);
  }
  .diff-value.empty {
    color: var(--muted);
    font-style: italic;
  }
  .event-id {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-inline-size: 0;
  }
  .event-raw summary {
    color: var(--muted);
    font-size: var(--size-small);
    font-weight: 600;
    cursor: pointer;
  }
  .event-json {
    position: relative;
    margin-block-start: var(--space-2);
  }
  .event-json copy-button {
    position: absolute;
    inset-block-start: 6px;
    inset-inline-end: 6px;
  }
  .export-formats {
    display: grid;
    gap: var(--space-2);
  }
  .export-format {
    display: grid;
    gap: 2px;
    padding: var(--space-3);
    border: 1px solid var(--control-border);
    border-radius: var(--radius);
  }
  .export-format:hover {
    border-color: var(--accent);
    background: var(--subtle);
  }
  .export-progress .actions {
    margin-inline-start: auto;
  }
  .keys {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--space-2) var(--space-5);
    align-items: baseline;
  }
  .keys kbd {
    padding: 1px 6px;
    border: 1px solid var(--border);
    border-radius: var(--radius-small);
    background: var(--subtle);
    color: var(--text);
  }
  @media (pointer: coarse) {
    .activity-keys {
      display: none;
    }
  }
  @media (max-width: 820px) {
    .event-day, .event-row {
      block-size: 60px;
    }
    .event-row {
      grid-template-columns: minmax(0, 1fr) auto;
      grid-template-rows: 1fr 1fr;
      gap: 0 var(--space-2);
      padding-block: 8px;
    }
    .event-time {
      grid-area: 1 / 2;
    }
    .event-what {
      grid-area: 1 / 1;
    }
    .event-changes {
      grid-area: 2 / 1 / 3 / 3;
      padding-inline-start: 32px;
      text-align: start;
    }
  }
  @media (forced-colors: active) {
    .event-row.active {
      outline: 2px solid;
      outline-offset: -2px;
    }
  }
`;
