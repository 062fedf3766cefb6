import { css } from "lit";

/** How signatures are verified. */
export const signatureStyles = css`
  .signatures {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-5);
    max-inline-size: 860px;
    margin-block-start: var(--space-5);
    font-size: var(--size-large);
    line-height: 1.55;
    text-wrap: pretty;
  }
  .signatures > section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
  }
  .signatures h2 {
    font-size: var(--size-heading);
  }
  .signatures :is(p, li) code {
    padding: 1px 4px;
    border-radius: var(--radius-small);
    background: var(--hover);
    overflow-wrap: anywhere;
  }
  .signatures-code {
    position: relative;
  }
  .signatures-code .code {
    padding: var(--space-4);
  }
  .signatures-code copy-button {
    position: absolute;
    inset-block-start: var(--space-2);
    inset-inline-end: var(--space-2);
    border-radius: var(--radius-small);
    background: var(--subtle);
  }
  .signatures ol {
    display: grid;
    gap: var(--space-1);
    padding-inline-start: var(--space-5);
    list-style: decimal;
  }
  .signatures .facts {
    margin-block-start: var(--space-2);
    font-size: var(--size);
  }
  .signatures p a {
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  .signatures a .icon {
    inline-size: 13px;
    block-size: 13px;
    vertical-align: -2px;
  }
`;
