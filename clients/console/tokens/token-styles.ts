import { css } from "lit";

/** The page of tokens. */
export const tokenStyles = css`
  .token-filter {
    margin-block-end: var(--space-3);
  }
  .token-name {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px var(--space-2);
    font-weight: 500;
  }
  .token-own {
    border-color: transparent;
    background: var(--accent-subtle);
    color: var(--accent);
  }
  .token-id {
    display: flex;
    align-items: center;
    gap: 2px;
    color: var(--muted);
    font-size: var(--size-small);
    white-space: nowrap;
  }
  .token-scopes {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    min-inline-size: 180px;
    max-inline-size: 340px;
  }
  .token-until {
    color: var(--muted);
    font-size: var(--size-small);
    white-space: nowrap;
  }
  .token-ended .token-name, .token-ended .token-scopes .tag {
    color: var(--muted);
  }
  .token-effects {
    display: grid;
    gap: var(--space-2);
    padding-inline-start: var(--space-4);
    list-style: disc;
  }
  .token-effects li::marker {
    color: var(--muted);
  }
  .token-error {
    color: var(--negative);
  }
`;
