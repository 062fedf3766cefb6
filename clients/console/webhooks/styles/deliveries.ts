import { css } from "lit";

/** The list of deliveries, and a delivery. */
export const deliveryStyles = css`
  .deliveries-body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
    margin-block-start: var(--space-4);
  }
  .deliveries-filters {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
  }
  .deliveries-filters > .select, .deliveries-filters > .input {
    flex: 1 1 150px;
    inline-size: auto;
    min-inline-size: 0;
    max-inline-size: 260px;
  }
  .deliveries-filters .segment {
    min-block-size: 26px;
  }
  .deliveries-more {
    justify-self: center;
  }
  .deliveries {
    position: relative;
  }
  .deliveries td {
    white-space: nowrap;
  }
  .deliveries .tag {
    margin-inline-start: 6px;
  }
  .deliveries .endpoint bdi {
    display: block;
    max-inline-size: clamp(120px, 14vw, 280px);
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .delivery-back {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    margin-block-end: var(--space-2);
    color: var(--muted);
  }
  .delivery-back .icon {
    inline-size: 14px;
    block-size: 14px;
    rotate: 90deg;
  }
  .delivery-title {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1) var(--space-3);
  }
  .delivery {
    display: grid;
    gap: var(--space-4);
  }
  .delivery-facts {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) repeat(2, minmax(0, 2fr));
    gap: var(--space-3) var(--space-5);
    padding: var(--space-3) var(--space-4);
  }
  .delivery-facts dt {
    color: var(--muted);
    font-size: var(--size-small);
  }
  .delivery-facts dd {
    display: flex;
    align-items: center;
    gap: 2px;
    min-block-size: 24px;
    min-inline-size: 0;
  }
  .delivery-id, .delivery-facts a {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .delivery-exchange {
    display: grid;
    grid-template-columns: 232px minmax(0, 1fr) minmax(0, 1fr);
    align-items: start;
    gap: var(--space-4);
  }
  .attempts > h2, .delivery-part > h2 {
    padding: 10px var(--space-4);
    border-block-end: 1px solid var(--border);
    font-size: var(--size);
  }
  .attempts h2 .muted, .delivery-part h2 .muted {
    font-weight: 400;
  }
  .attempts ol {
    display: grid;
    max-block-size: 560px;
    padding: var(--space-1);
    overflow-y: auto;
  }
  .attempts-next {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    padding: 6px var(--space-3);
    color: var(--muted);
  }
  .attempts-next .icon {
    inline-size: 14px;
    block-size: 14px;
  }
  .attempt {
    display: grid;
    grid-template-columns: 14px minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 var(--space-2);
    inline-size: 100%;
    padding: 6px var(--space-3);
    border-radius: var(--radius);
  }
  .attempt:hover {
    background: var(--subtle);
  }
  .attempt[aria-pressed="true"] {
    background: var(--hover);
  }
  .attempt-mark {
    display: grid;
    color: var(--tone);
  }
  .attempt-mark .icon {
    inline-size: 14px;
    block-size: 14px;
  }
  .attempt-result {
    font-weight: 500;
  }
  .attempt-time {
    grid-column: 2 / -1;
    justify-self: start;
  }
  .delivery-part > :not(h2) {
    padding: var(--space-3) var(--space-4) var(--space-4);
  }
  @media (max-width: 1180px) {
    .delivery-exchange {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
    .attempts {
      grid-column: 1 / -1;
    }
    .attempts ol {
      max-block-size: 220px;
    }
    .delivery-facts {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  @media (max-width: 700px) {
    .delivery-exchange, .delivery-facts {
      grid-template-columns: minmax(0, 1fr);
    }
    .deliveries-filters > .select, .deliveries-filters > .input {
      max-inline-size: none;
    }
  }
`;
