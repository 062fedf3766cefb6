import { css } from "lit";

/** The replay of an endpoint's events. */
export const replayStyles = css`
  .replay {
    display: grid;
    gap: var(--space-4);
    max-inline-size: 680px;
    padding: var(--space-5);
  }
  .replay-head {
    display: grid;
    gap: var(--space-1);
    text-wrap: pretty;
  }
  .replay-title {
    display: flex;
    align-items: center;
    gap: var(--space-3);
  }
  .replay fieldset {
    display: grid;
    justify-items: start;
    gap: var(--space-3);
    min-inline-size: 0;
  }
  .replay legend {
    margin-block-end: var(--space-2);
    padding: 0;
    font-weight: 500;
  }
  .replay .segments {
    flex-wrap: wrap;
  }
  .replay .check .small {
    display: block;
    text-wrap: pretty;
  }
  .replay-bounds {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
  }
  .replay-error {
    color: var(--negative);
  }
  .replay-actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
    padding-block-start: var(--space-4);
    border-block-start: 1px solid var(--border);
  }
  .replay-actions > p {
    flex: 1 1 16em;
  }
  .replay progress {
    appearance: none;
    inline-size: 100%;
    block-size: 6px;
    border: 0;
    border-radius: 3px;
    background: var(--hover);
    overflow: hidden;
  }
  .replay progress::-webkit-progress-bar {
    background: var(--hover);
  }
  .replay progress::-webkit-progress-value {
    background: var(--accent);
    transition: inline-size 300ms;
  }
  .replay progress::-moz-progress-bar {
    background: var(--accent);
  }
`;
