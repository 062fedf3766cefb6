import { css } from "lit";

/** Page headings, panels, tables, lists of facts, statuses, avatars, and the states of a page. */
export const contentStyles = css`
  .page-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    margin-block-end: var(--space-4);
  }
  .page-head > :first-child {
    flex: 1 1 10em;
    min-inline-size: 0;
  }
  .page-head > .actions {
    flex: none;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
  }
  .panel {
    border: 1px solid var(--border);
    border-radius: var(--radius-large);
    background: var(--surface);
  }
  .panel-body {
    padding: var(--space-4);
  }
  .stack {
    display: grid;
    gap: var(--space-4);
    align-content: start;
  }
  .table-frame {
    border: 1px solid var(--border);
    border-radius: var(--radius-large);
    background: var(--surface);
    overflow-x: auto;
    /* What is hidden in it scrolls with it, instead of widening the page. */
    position: relative;
  }
  .table {
    inline-size: 100%;
    border-collapse: collapse;
  }
  .table th {
    padding: 8px 12px;
    border-block-end: 1px solid var(--border);
    color: var(--muted);
    font-size: var(--size-small);
    font-weight: 500;
    text-align: start;
    white-space: nowrap;
  }
  .table td {
    padding: 9px 12px;
    border-block-end: 1px solid var(--border);
    vertical-align: middle;
  }
  .table tr:last-child td {
    border-block-end: 0;
  }
  .table tbody tr:hover {
    background: var(--subtle);
  }
  .table .number {
    text-align: end;
  }
  .facts {
    display: grid;
    grid-template-columns: fit-content(36%) minmax(0, 1fr);
    align-items: baseline;
    gap: 6px var(--space-4);
  }
  .facts > div {
    display: contents;
  }
  .facts dt {
    color: var(--muted);
    overflow-wrap: anywhere;
  }
  .facts dd {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    padding: 1px 8px;
    border-radius: 999px;
    background: color-mix(in oklab, var(--tone) 11%, var(--surface));
    color: var(--tone);
    font-size: var(--size-small);
    font-weight: 500;
    white-space: nowrap;
  }
  .tag {
    display: inline-block;
    padding: 0 6px;
    border: 1px solid var(--border);
    border-radius: 999px;
    color: var(--muted);
    font-size: 11px;
    font-weight: 500;
    white-space: nowrap;
  }
  .avatar {
    flex: none;
    display: inline-grid;
    place-items: center;
    inline-size: 22px;
    block-size: 22px;
    border-radius: 50%;
    background: light-dark(oklch(0.92 0.05 var(--hue)), oklch(0.36 0.07 var(--hue)));
    color: light-dark(oklch(0.38 0.12 var(--hue)), oklch(0.92 0.06 var(--hue)));
    font-size: 9px;
    font-weight: 600;
    letter-spacing: 0.02em;
  }
  .code {
    padding: var(--space-3);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--subtle);
    font: var(--size-small) / 1.6 var(--font-mono);
    overflow: auto;
    tab-size: 2;
  }
  .copy {
    flex: none;
    display: inline-grid;
    place-items: center;
    inline-size: 24px;
    block-size: 24px;
    border-radius: var(--radius-small);
    color: var(--muted);
  }
  .copy .icon {
    inline-size: 14px;
    block-size: 14px;
  }
  .copy:hover {
    background: var(--hover);
    color: var(--text);
  }
  .copy.copied {
    color: var(--positive);
  }
  .notice {
    display: grid;
    justify-items: center;
    gap: var(--space-2);
    padding: var(--space-7) var(--space-5);
    text-align: center;
  }
  .notice > .icon {
    inline-size: 20px;
    block-size: 20px;
    margin-block-end: var(--space-1);
    color: var(--muted);
  }
  .notice h2 {
    font-size: var(--size-large);
  }
  .notice p {
    max-inline-size: 52ch;
    color: var(--muted);
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }
  .notice .actions {
    margin-block-start: var(--space-2);
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    padding: 8px 12px;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--subtle);
  }
  .bone {
    display: block;
    block-size: 10px;
    border-radius: 5px;
    background: var(--border);
    animation: pulse 1.2s ease-in-out infinite alternate;
  }
  .bones {
    display: grid;
    gap: 22px;
    padding: var(--space-4);
  }
  .bones .bone:nth-child(3n + 1) {
    inline-size: 72%;
  }
  .bones .bone:nth-child(3n + 2) {
    inline-size: 54%;
  }
  .bones .bone:nth-child(3n) {
    inline-size: 63%;
  }
  @keyframes pulse {
    to {
      opacity: 0.45;
    }
  }
  @media (forced-colors: active) {
    .pill, .avatar {
      border: 1px solid;
    }
  }
  @media (max-width: 560px) {
    .table .wide-only {
      display: none;
    }
  }
`;
