import { css } from "lit";

/** The event beside the list: its changes, facts and JSON. */
export const drawerStyles = css`
  .event-section {
    display: grid;
    gap: var(--space-2);
  }
  .event-section h3 {
    color: var(--muted);
    font-size: var(--size-small);
  }
  .event-head {
    display: grid;
    gap: var(--space-2);
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
`;
