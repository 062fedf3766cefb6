import { css } from "lit";

/** Whether an event is verified: a line, its details, and the warning. */
export const verificationStyles = css`
  event-verification {
    display: block;
    min-inline-size: 0;
  }
  .verification-line {
    display: flex;
    gap: 8px;
    color: var(--tone);
  }
  .verification-line > span {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .verification .icon {
    flex: none;
  }
  .verification-line .icon {
    margin-block-start: 0.2em;
  }
  .verification-link {
    margin-inline-start: 4px;
    color: var(--accent);
    font-weight: 500;
  }
  .verification-link:hover {
    text-decoration: underline;
  }
  .verification-verified summary {
    display: flex;
    align-items: center;
    gap: 6px;
    inline-size: fit-content;
    min-block-size: 24px;
    border-radius: var(--radius-small);
    list-style: none;
    cursor: pointer;
  }
  .verification-verified summary::-webkit-details-marker {
    display: none;
  }
  .verification-mark {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    color: var(--tone);
    font-weight: 600;
  }
  .verification-verified .icon-chevron {
    inline-size: 12px;
    block-size: 12px;
    color: var(--muted);
  }
  .verification-verified[open] .icon-chevron {
    rotate: 180deg;
  }
  .verification-details {
    display: grid;
    gap: var(--space-3);
    margin-block-start: var(--space-2);
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--subtle);
  }
  .verification-false {
    display: grid;
    gap: var(--space-3);
    margin-block-start: var(--space-1);
    padding: var(--space-4);
    border: 1px solid var(--negative);
    border-radius: var(--radius);
    background: color-mix(in oklab, var(--negative) 6%, var(--surface));
  }
  .verification-false h3 {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--negative);
    font-size: var(--size-heading);
  }
  .verification-differences {
    inline-size: 100%;
    border-collapse: collapse;
    table-layout: fixed;
  }
  .verification-differences th, .verification-differences td {
    padding: 6px 8px 6px 0;
    border-block-end: 1px solid color-mix(in oklab, var(--negative) 24%, transparent);
    font-weight: 400;
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  .verification-differences thead th {
    color: var(--muted);
    font-size: var(--size-small);
  }
  textarea.verification-key {
    min-block-size: 76px;
    line-height: 1.5;
    overflow-wrap: anywhere;
  }
`;
