import { css } from "lit";

/** The Activity page besides its filters, list and drawer: summary, export, keys. */
export const activityStyles = css`
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
`;
