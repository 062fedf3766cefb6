import { css } from "lit";

/** The chips of the filters, and the editor below a chip. */
export const filterStyles = css`
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
`;
