import { css } from "lit";

/** The rows of the list, and the symbols of events. */
export const listStyles = css`
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
  @media (max-width: 820px) {
    .event-day {
      block-size: 34px;
    }
    .event-row {
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
