import { css } from "lit";

/** The page of the API reference. */
export const referenceStyles = css`
  .reference {
    display: grid;
    grid-template-columns: 256px minmax(0, 1fr);
    align-items: start;
    gap: var(--space-6);
  }
  .reference-nav {
    position: sticky;
    inset-block-start: var(--space-5);
    max-block-size: calc(100dvh - 48px);
    padding-inline-end: var(--space-2);
    overflow: hidden auto;
    overscroll-behavior: contain;
  }
  .reference-filter {
    position: relative;
    padding: 2px;
  }
  .reference-filter .icon {
    position: absolute;
    inset: 9px auto auto 10px;
    color: var(--muted);
  }
  .reference-filter:dir(rtl) .icon {
    inset: 9px 10px auto auto;
  }
  .reference-filter .input {
    padding-inline-start: 30px;
  }
  .reference-nav h2 {
    margin-block: var(--space-4) var(--space-1);
    padding-inline: var(--space-2);
    color: var(--muted);
    font-size: var(--size-small);
    font-weight: 500;
  }
  .reference-nav a {
    display: flex;
    align-items: baseline;
    gap: var(--space-2);
    padding: 4px var(--space-2);
    border-radius: var(--radius);
    color: var(--text);
  }
  .reference-nav a:hover {
    background: var(--hover);
    text-decoration: none;
  }
  .reference-nav a[aria-current="page"] {
    background: var(--accent-subtle);
    color: var(--accent);
  }
  .reference-nav a:focus-visible {
    outline-offset: -2px;
  }
  .reference-method {
    flex: none;
    inline-size: 32px;
    color: var(--tone);
    font: 600 10px / 1.4 var(--font-mono);
    letter-spacing: 0.02em;
  }
  .reference-content {
    min-inline-size: 0;
    max-inline-size: 860px;
  }
  .reference-content code {
    padding: 1px 4px;
    border-radius: var(--radius-small);
    background: var(--hover);
    overflow-wrap: anywhere;
  }
  .reference-back {
    display: none;
  }
  .reference-intro {
    max-inline-size: 72ch;
    text-wrap: pretty;
  }
  .reference-head {
    display: grid;
    gap: var(--space-2);
    max-inline-size: 72ch;
  }
  .reference-path {
    display: flex;
    align-items: center;
    gap: var(--space-2);
  }
  .reference-path .reference-method {
    inline-size: auto;
    font-size: var(--size-small);
  }
  .reference-section {
    display: grid;
    gap: var(--space-3);
    margin-block-start: var(--space-6);
  }
  .reference-section > h2 {
    font-size: var(--size-heading);
  }
  .reference-index a {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px var(--space-2);
    padding: 8px var(--space-4);
    color: var(--text);
  }
  .reference-index a:hover {
    background: var(--subtle);
    text-decoration: none;
  }
  .reference-index li + li {
    border-block-start: 1px solid var(--border);
  }
  .reference-index span + span {
    flex: 1 1 16em;
  }
  .reference-index code {
    padding: 0;
    background: none;
    color: var(--muted);
    font-size: 11px;
  }
  .reference-parameters > li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 240px);
    align-items: start;
    gap: var(--space-2) var(--space-5);
    padding: var(--space-3) var(--space-4);
  }
  .reference-parameters > li + li {
    border-block-start: 1px solid var(--border);
  }
  .reference-parameters p, .reference-schema p {
    margin-block: 2px;
    color: var(--muted);
    text-wrap: pretty;
  }
  .reference-name {
    font-weight: 600;
  }
  .reference-content .reference-name, .reference-content .reference-name code {
    padding: 0;
    background: none;
  }
  .reference-type, .reference-limits {
    color: var(--muted);
    font-size: var(--size-small);
    font-weight: 400;
  }
  .reference-limits::before {
    content: "· ";
  }
  .reference-limits:first-child::before {
    content: none;
  }
  .reference-values {
    font-size: var(--size-small);
    line-height: 1.8;
  }
  .reference-schema > li {
    padding-block: var(--space-2);
  }
  .reference-schema > li + li {
    border-block-start: 1px solid var(--border);
  }
  .reference-nested {
    margin-block-start: var(--space-1);
  }
  .reference-nested > ul {
    margin-block-start: var(--space-1);
    padding-inline-start: var(--space-4);
    border-inline-start: 1px solid var(--border);
  }
  .reference-content summary {
    inline-size: fit-content;
    color: var(--accent);
    font-size: var(--size-small);
    cursor: pointer;
  }
  .reference-content .reference-response > summary {
    inline-size: auto;
    padding: 10px var(--space-4);
    color: var(--text);
    font-size: var(--size);
  }
  .reference-response > summary:hover {
    background: var(--subtle);
  }
  .reference-response > summary:focus-visible {
    outline-offset: -2px;
  }
  .reference-response > summary .pill {
    margin-inline: var(--space-1) var(--space-2);
    vertical-align: top;
  }
  .reference-response > summary span:last-child {
    display: inline-block;
    max-inline-size: calc(100% - 84px);
  }
  .reference-response + .reference-response {
    border-block-start: 1px solid var(--border);
  }
  .reference-response-body {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-2) var(--space-4) var(--space-4);
  }
  .reference-body {
    display: grid;
    gap: var(--space-2);
  }
  .reference-example {
    position: relative;
    min-inline-size: 0;
  }
  .reference-example .copy {
    position: absolute;
    inset-block-start: 6px;
    inset-inline-end: 6px;
    background: var(--subtle);
  }
  .reference-example .code {
    max-block-size: 420px;
    padding-inline-end: 36px;
    direction: ltr;
    text-align: left;
  }
  .reference-trial {
    display: grid;
    gap: var(--space-3);
    padding: var(--space-4);
  }
  .reference-result {
    display: grid;
    gap: var(--space-3);
    padding-block-start: var(--space-3);
    border-block-start: 1px solid var(--border);
  }
  .reference-result .facts {
    margin-block-start: var(--space-2);
    font-size: var(--size-small);
  }
  .reference-problem {
    color: var(--negative);
  }
  @media (width < 1000px) {
    .reference {
      grid-template-columns: minmax(0, 1fr);
    }
    .reference-nav {
      display: none;
    }
    .reference-back {
      display: inline-block;
      margin-block-end: var(--space-3);
    }
  }
  @media (width < 640px) {
    .reference-parameters > li {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
