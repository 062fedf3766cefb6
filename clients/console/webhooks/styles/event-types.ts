import { css } from "lit";

/** The catalogue of event types. */
export const eventTypeStyles = css`
  .catalogue {
    display: grid;
    grid-template-columns: 280px minmax(0, 1fr);
    align-items: start;
    gap: var(--space-6);
    margin-block-start: var(--space-4);
  }
  .catalogue-list {
    position: sticky;
    inset-block-start: var(--space-4);
    max-block-size: calc(100dvh - 32px);
    padding: 2px;
    overflow: hidden auto;
    overscroll-behavior: contain;
  }
  .catalogue-list h2 {
    margin-block: var(--space-4) var(--space-1);
    padding-inline: var(--space-2);
    color: var(--muted);
    font-size: var(--size-small);
    font-weight: 500;
  }
  .catalogue-list h2::first-letter {
    text-transform: uppercase;
  }
  .catalogue-list a {
    display: block;
    padding: 4px var(--space-2);
    border-radius: var(--radius);
    color: var(--text);
    overflow-wrap: anywhere;
  }
  .catalogue-list a:hover {
    background: var(--hover);
    text-decoration: none;
  }
  .catalogue-list a[aria-current="true"] {
    background: var(--accent-subtle);
    color: var(--accent);
  }
  .catalogue-list a:focus-visible {
    outline-offset: -2px;
  }
  .catalogue-type {
    grid-template-columns: minmax(0, 1fr);
    max-inline-size: 820px;
  }
  .catalogue-type > div > h2 {
    font-size: var(--size-heading);
  }
  .catalogue-back {
    display: none;
    align-items: center;
    gap: var(--space-1);
    color: var(--muted);
  }
  .catalogue-back .icon {
    inline-size: 14px;
    block-size: 14px;
    rotate: 90deg;
  }
  .catalogue-json-head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3);
    padding: 10px var(--space-4);
    border-block-end: 1px solid var(--border);
  }
  .catalogue-json .code {
    max-block-size: 520px;
    padding: var(--space-4);
    border: 0;
    border-radius: 0 0 var(--radius-large) var(--radius-large);
  }
  @media (max-width: 820px) {
    .catalogue {
      grid-template-columns: minmax(0, 1fr);
    }
    .catalogue-list {
      position: static;
      max-block-size: none;
    }
    .catalogue-back {
      display: flex;
    }
    .catalogue:not(.has-type) > .catalogue-type, .catalogue.has-type > .catalogue-list {
      display: none;
    }
  }
`;
