import { css } from "lit";

export const paletteStyles = css`
  dialog.palette {
    inline-size: min(560px, calc(100vw - 32px));
    max-block-size: min(440px, calc(100dvh - 32px));
    margin-block-start: min(14vh, 120px);
    overflow: hidden;
  }
  dialog.palette[open] {
    display: flex;
    flex-direction: column;
  }
  .palette-field {
    display: flex;
    align-items: center;
    gap: 10px;
    padding-inline: var(--space-4);
    border-block-end: 1px solid var(--border);
    color: var(--muted);
  }
  .palette-input {
    flex: 1;
    min-inline-size: 0;
    block-size: 46px;
    border: 0;
    outline: none;
    background: none;
    color: var(--text);
    font-size: var(--size-large);
  }
  .palette-input::placeholder {
    color: var(--muted);
  }
  .palette-list {
    padding: var(--space-2);
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .palette-group {
    padding: 8px 8px 4px;
    color: var(--muted);
    font-size: 11px;
    font-weight: 600;
  }
  .palette-command {
    padding: 6px 8px;
    border-radius: var(--radius);
    cursor: pointer;
  }
  .palette-command:hover {
    background: var(--hover);
  }
  .palette-command[aria-selected="true"] {
    background: var(--accent-subtle);
    color: var(--accent);
  }
  .palette-empty {
    padding: var(--space-2) var(--space-4) var(--space-5);
    text-align: center;
  }
`;
