import { css } from "lit";

/** Changed fields, statuses, and the details of an event. */
export const fieldStyles = css`
  .changes,
  .details {
    display: grid;
    grid-template-columns: fit-content(40%) minmax(0, 1fr);
    align-items: baseline;
    gap: 4px 14px;
  }
  .changes > div,
  .details > div {
    display: contents;
  }
  dt {
    color: var(--_muted);
    font-size: 0.9em;
  }
  dd {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
    min-inline-size: 0;
  }
  .icon-arrow {
    color: var(--_muted);
    font-size: 12px;
  }
  :host(:dir(rtl)) .icon-arrow {
    scale: -1 1;
  }
  .value:first-of-type:not(:last-child) {
    color: var(--_muted);
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .value.empty {
    color: var(--_muted);
    font-style: italic;
  }
  .status {
    padding: 1px 8px;
    border-radius: 999px;
    background: color-mix(in oklab, var(--_tone) 11%, var(--_surface));
    color: var(--_tone);
    font-size: 0.87em;
    font-weight: 500;
  }
  .details {
    margin-block: 6px 8px;
    padding: 12px 14px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_subtle);
    font-size: 0.93em;
  }
  .details dd {
    flex-wrap: nowrap;
    min-block-size: 24px;
  }
  .details .related {
    flex-wrap: wrap;
  }
  .details .verification {
    flex-wrap: wrap;
  }
  .verification > span:has(.icon) {
    position: relative;
    padding-inline-start: 22px;
  }
  .verification .icon {
    position: absolute;
    inset-inline-start: 0;
    inset-block-start: 0.15em;
    font-size: 15px;
  }
  .verification.verified {
    color: var(--_positive);
    font-weight: 500;
  }
  .verification.false {
    color: var(--_negative);
    font-weight: 600;
  }
  .again {
    color: var(--_accent);
    font-weight: 500;
  }
  .again:hover {
    text-decoration: underline;
  }
  .id {
    font-family: var(--activity-font-mono, ui-monospace, "SF Mono", Menlo, Consolas, monospace);
    font-size: 0.93em;
  }
  .copy {
    flex: none;
    display: inline-grid;
    place-items: center;
    inline-size: 24px;
    block-size: 24px;
    border-radius: 6px;
    color: var(--_muted);
    font-size: 14px;
  }
  .copy:hover {
    background: color-mix(in oklab, var(--_muted) 15%, transparent);
    color: var(--_text);
  }
  .copy:has(.icon-check) {
    color: var(--_positive);
  }
`;
