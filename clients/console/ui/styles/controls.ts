import { css } from "lit";

/** Buttons, fields, chips, tabs. */
export const controlStyles = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-block-size: var(--control);
    padding: 4px 12px;
    border: 1px solid var(--control-border);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    font-weight: 500;
    white-space: nowrap;
    transition: background 100ms, border-color 100ms;
  }
  .button:hover {
    background: var(--hover);
    text-decoration: none;
  }
  .button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  .button.primary:hover {
    background: color-mix(in oklab, var(--accent) 88%, var(--text));
  }
  .button.danger {
    color: var(--negative);
  }
  .button.primary.danger {
    background: var(--negative);
    color: var(--on-negative);
  }
  .button.plain {
    border-color: transparent;
    background: none;
    color: var(--muted);
  }
  .button.plain:hover {
    background: var(--hover);
    color: var(--text);
  }
  .button.icon-only {
    inline-size: var(--control);
    padding: 0;
  }
  .button:disabled, .button[aria-disabled="true"] {
    opacity: 0.55;
    cursor: not-allowed;
  }
  .field {
    display: grid;
    gap: var(--space-1);
    min-inline-size: 0;
  }
  .field > label, .field > .label {
    font-weight: 500;
  }
  .field > .hint {
    color: var(--muted);
    font-size: var(--size-small);
  }
  .field > .error {
    color: var(--negative);
    font-size: var(--size-small);
  }
  .input, .select {
    inline-size: 100%;
    min-block-size: var(--control);
    padding: 4px 10px;
    border: 1px solid var(--control-border);
    border-radius: var(--radius);
    background: var(--surface);
  }
  textarea.input {
    min-block-size: 96px;
    padding-block: 8px;
    resize: vertical;
  }
  .select {
    appearance: none;
    padding-inline-end: 28px;
    background-image:
      linear-gradient(45deg, transparent 50%, var(--muted) 50%),
      linear-gradient(-45deg, transparent 50%, var(--muted) 50%);
    background-position: right 15px center, right 10px center;
    background-size: 5px 5px;
    background-repeat: no-repeat;
    text-overflow: ellipsis;
  }
  .select:dir(rtl) {
    background-position: left 10px center, left 15px center;
  }
  .input::placeholder {
    color: var(--muted);
  }
  .input:focus-visible, .select:focus-visible {
    border-color: var(--accent);
    outline-offset: -1px;
  }
  .input[aria-invalid="true"] {
    border-color: var(--negative);
  }
  .check {
    display: flex;
    align-items: baseline;
    gap: var(--space-2);
  }
  .check input {
    flex: none;
    inline-size: 14px;
    block-size: 14px;
    margin: 0;
    accent-color: var(--accent);
    translate: 0 2px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-block-size: 26px;
    max-inline-size: 100%;
    padding: 2px 10px;
    border: 1px solid var(--control-border);
    border-radius: 999px;
    background: var(--surface);
    font-size: var(--size-small);
    white-space: nowrap;
  }
  button.chip:hover {
    background: var(--hover);
  }
  .chip .icon {
    inline-size: 12px;
    block-size: 12px;
  }
  .chip.dashed {
    border-style: dashed;
    color: var(--muted);
  }
  .chip.set {
    border-color: color-mix(in oklab, var(--accent) 40%, transparent);
    background: var(--accent-subtle);
    color: var(--accent);
  }
  .tabs {
    display: flex;
    gap: var(--space-4);
    overflow-x: auto;
    border-block-end: 1px solid var(--border);
  }
  .tab {
    flex: none;
    padding: 8px 2px;
    border-block-end: 2px solid transparent;
    color: var(--muted);
    font-weight: 500;
  }
  .tab:hover {
    color: var(--text);
    text-decoration: none;
  }
  .tab[aria-selected="true"], .tab[aria-current="page"] {
    border-color: var(--accent);
    color: var(--text);
  }
  .tab:focus-visible {
    outline-offset: -2px;
  }
  .segments {
    display: inline-flex;
    padding: 2px;
    border-radius: var(--radius);
    background: var(--hover);
  }
  .segment {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-block-size: 24px;
    padding: 2px 8px;
    border-radius: var(--radius-small);
    color: var(--muted);
  }
  .segment:hover {
    color: var(--text);
  }
  .segment[aria-pressed="true"] {
    background: var(--surface);
    color: var(--text);
  }
  @media (pointer: coarse) {
    .button, .input, .select {
      min-block-size: 40px;
    }
  }
`;
