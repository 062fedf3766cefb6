import { css } from "lit";

/** Reset, type, links and focus. */
export const baseStyles = css`
  *, ::before, ::after {
    box-sizing: border-box;
  }
  :root {
    background: var(--canvas);
  }
  html, body {
    block-size: 100%;
    margin: 0;
  }
  body {
    color: var(--text);
    font: var(--size) / 1.45 var(--font);
    font-variant-numeric: tabular-nums;
    -webkit-font-smoothing: antialiased;
  }
  h1, h2, h3, p, ol, ul, dl, dd, pre, figure, fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  h1, h2, h3 {
    font-weight: 600;
    text-wrap: balance;
  }
  h1 {
    font-size: var(--size-title);
    letter-spacing: -0.01em;
    line-height: 1.3;
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: var(--size-large);
  }
  h3 {
    font-size: var(--size);
  }
  ol, ul {
    list-style: none;
  }
  button, input, select, textarea {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  button {
    padding: 0;
    border: 0;
    background: none;
    text-align: start;
    cursor: pointer;
  }
  a {
    color: var(--accent);
    text-decoration: none;
  }
  a:hover {
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  bdi, .wrap {
    overflow-wrap: anywhere;
  }
  time {
    unicode-bidi: plaintext;
  }
  code, .mono {
    font-family: var(--font-mono);
    font-size: 0.93em;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  ::selection {
    background: color-mix(in oklab, var(--accent) 28%, transparent);
  }
  [hidden] {
    display: none !important;
  }
  .muted {
    color: var(--muted);
  }
  .small {
    font-size: var(--size-small);
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon {
    flex: none;
    inline-size: 16px;
    block-size: 16px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  @media (prefers-reduced-motion: reduce) {
    *, ::before, ::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
