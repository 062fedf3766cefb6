import { css } from "lit";

/** What was sent and received: in the page of a delivery, and after a test. */
export const exchangeStyles = css`
  .exchange {
    display: grid;
    gap: var(--space-3);
    min-inline-size: 0;
  }
  .result-line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1) var(--space-2);
    min-block-size: 22px;
    overflow-wrap: anywhere;
  }
  .headers {
    max-block-size: 220px;
    overflow-y: auto;
  }
  .headers dl {
    display: grid;
    grid-template-columns: fit-content(40%) minmax(0, 1fr);
    gap: 3px var(--space-4);
    font: var(--size-small) / 1.5 var(--font-mono);
  }
  .headers dl > div {
    display: contents;
  }
  .headers dt {
    color: var(--muted);
    overflow-wrap: anywhere;
  }
  .body {
    min-inline-size: 0;
  }
  .body > summary, .body-head {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-block-size: 24px;
    margin-block-end: var(--space-1);
    font-size: var(--size-small);
    font-weight: 500;
  }
  .body > summary {
    display: list-item;
    cursor: pointer;
  }
  .body > .code {
    max-block-size: 420px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
`;
