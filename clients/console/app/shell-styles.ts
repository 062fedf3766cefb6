import { css } from "lit";

/** The frame of all pages: navigation, main part, sign-in page. */
export const shellStyles = css`
  activity-console {
    display: block;
    min-block-size: 100%;
  }
  .shell {
    display: grid;
    grid-template-columns: 232px minmax(0, 1fr);
    min-block-size: 100dvh;
  }
  .side {
    position: sticky;
    inset-block-start: 0;
    display: flex;
    flex-direction: column;
    gap: var(--space-3);
    block-size: 100dvh;
    padding: var(--space-3);
    border-inline-end: 1px solid var(--border);
    overflow-y: auto;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    padding: var(--space-1) var(--space-2);
    font-size: var(--size-large);
    font-weight: 600;
  }
  .find {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-block-size: var(--control);
    padding: 4px 8px;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--muted);
  }
  .find:hover {
    border-color: var(--control-border);
    color: var(--text);
  }
  .find span {
    flex: 1;
  }
  kbd {
    font: 11px var(--font);
    color: var(--muted);
  }
  .item {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 30px;
    padding: 4px 8px;
    border-radius: var(--radius);
    color: var(--muted);
    font-weight: 500;
  }
  .item span {
    flex: 1;
  }
  a.item[href]:hover {
    background: var(--hover);
    color: var(--text);
    text-decoration: none;
  }
  .item[aria-current="page"] {
    background: var(--hover);
    color: var(--text);
  }
  .item[aria-current="page"] .icon {
    color: var(--accent);
  }
  .item[aria-disabled="true"] {
    cursor: not-allowed;
  }
  .item .icon-lock {
    inline-size: 12px;
    block-size: 12px;
  }
  .account {
    display: grid;
    gap: var(--space-3);
    margin-block-start: auto;
    padding: var(--space-3) var(--space-2) 0;
    border-block-start: 1px solid var(--border);
  }
  .account .actions {
    justify-content: space-between;
  }
  .main {
    min-inline-size: 0;
    padding: var(--space-5) var(--space-6) var(--space-6);
  }
  .main:focus {
    outline: none;
  }
  .rate-limit {
    margin-block-end: var(--space-4);
  }
  .skip {
    position: fixed;
    inset-block-start: var(--space-2);
    inset-inline-start: var(--space-2);
    z-index: 30;
  }
  .skip:not(:focus) {
    inset-block-start: -60px;
  }
  .sign-in {
    display: grid;
    place-items: center;
    min-block-size: 100dvh;
    padding: var(--space-5) var(--space-4);
  }
  .sign-in .panel {
    display: grid;
    gap: var(--space-4);
    inline-size: min(460px, 100%);
    padding: var(--space-6);
  }
  .sign-in h1 + p {
    margin-block-start: calc(-1 * var(--space-2));
  }
  .sign-in .hint {
    display: grid;
    gap: var(--space-2);
    padding-block-start: var(--space-4);
    border-block-start: 1px solid var(--border);
    color: var(--muted);
    font-size: var(--size-small);
  }
  .command {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2);
    padding: 4px 4px 4px 10px;
    border-radius: var(--radius);
    background: var(--subtle);
    color: var(--text);
  }
  .command code {
    font-size: 11px;
    overflow-wrap: anywhere;
  }
  @media (max-width: 820px) {
    .shell {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: auto minmax(0, 1fr);
    }
    .side {
      position: static;
      display: grid;
      grid-template-columns: 1fr auto;
      align-items: center;
      gap: var(--space-2) var(--space-3);
      block-size: auto;
      padding: var(--space-2) var(--space-4) 0;
      border-inline-end: 0;
      border-block-end: 1px solid var(--border);
    }
    .find {
      grid-column: 2;
      grid-row: 1;
    }
    .find span {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      clip-path: inset(50%);
      overflow: hidden;
    }
    .find kbd {
      display: none;
    }
    .side nav {
      grid-column: 1 / -1;
      margin-inline: calc(-1 * var(--space-4));
      padding-inline: var(--space-3);
      overflow-x: auto;
    }
    .side nav ul {
      display: flex;
      inline-size: max-content;
    }
    .item, .item[aria-current="page"] {
      min-block-size: 40px;
      padding-inline: 10px;
      border-block-end: 2px solid transparent;
      border-radius: 0;
      background: none;
    }
    .item:not([aria-disabled]) .icon {
      display: none;
    }
    .item[aria-disabled] > .icon:first-child {
      display: none;
    }
    .item[aria-current="page"] {
      border-color: var(--accent);
    }
    .account {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      grid-column: 1 / -1;
      grid-row: 2;
      align-items: center;
      margin: 0;
      padding: 0 var(--space-2);
      border: 0;
    }
    .account dl {
      min-inline-size: 0;
    }
    .main {
      padding: var(--space-4);
    }
    .sign-in .panel {
      padding: var(--space-5);
    }
  }
`;
