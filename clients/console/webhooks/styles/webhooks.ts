import { css } from "lit";

/** The list of endpoints, an endpoint with its health, and its settings. */
export const webhookStyles = css`
  .webhooks-body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
    margin-block-start: var(--space-4);
  }
  .webhooks-body .stack {
    grid-template-columns: minmax(0, 1fr);
  }
  .webhooks-filters {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
  }
  .webhooks-filters > .search {
    flex: 1 1 220px;
    max-inline-size: 340px;
  }
  .webhooks-filters .segment {
    min-block-size: 26px;
  }
  .pill > .dot {
    flex: none;
    inline-size: 6px;
    block-size: 6px;
    border-radius: 50%;
    background: currentColor;
  }
  .back {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    margin-block-end: var(--space-2);
    color: var(--muted);
  }
  .back .icon {
    inline-size: 14px;
    block-size: 14px;
    rotate: 90deg;
  }
  .page-head h1:has(.pill) {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px var(--space-2);
  }
  .page-head h1 .pill {
    letter-spacing: 0;
  }

  .endpoints .endpoint {
    min-inline-size: 190px;
  }
  .endpoints .endpoint > a {
    display: block;
    font-weight: 500;
  }
  .endpoints .events {
    max-inline-size: 300px;
  }
  .endpoints .events > .tag {
    margin-inline-end: 2px;
  }
  .endpoints .state > .small {
    display: block;
    margin-block-start: 2px;
  }
  .endpoints tr.disabled .endpoint > a {
    color: var(--muted);
  }
  .endpoints .time {
    white-space: nowrap;
  }
  .endpoints .time > span:first-child {
    display: inline-block;
    min-inline-size: 52px;
  }
  .endpoints .bone.short {
    inline-size: 48px;
    margin-inline-start: auto;
  }
  .endpoints .bone.short:only-child {
    margin-inline-start: 0;
  }
  .sparkline {
    inline-size: 72px;
    block-size: 20px;
    vertical-align: middle;
    overflow: visible;
  }
  .sparkline polyline {
    fill: none;
    stroke: var(--accent);
    stroke-width: 1.25;
    stroke-linejoin: round;
    stroke-linecap: round;
  }
  .sparkline circle {
    fill: var(--accent);
  }

  .state-banner {
    border-color: color-mix(in oklab, var(--tone) 35%, var(--border));
    background: color-mix(in oklab, var(--tone) 7%, var(--surface));
  }
  .state-banner > .icon {
    color: var(--tone);
  }
  .state-banner > p {
    flex: 1 1 200px;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(4, minmax(0, 1fr));
    border: 1px solid var(--border);
    border-radius: var(--radius-large);
    background: var(--surface);
    overflow: hidden;
  }
  .tile {
    padding: var(--space-3) var(--space-4);
    border-inline-start: 1px solid var(--border);
  }
  .tile:first-child {
    border-inline-start: 0;
  }
  .tile dt {
    color: var(--muted);
    font-size: var(--size-small);
  }
  .tile dd {
    display: grid;
  }
  .tile .figure {
    font-size: var(--size-title);
    font-weight: 600;
    letter-spacing: -0.01em;
  }
  .section-head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px var(--space-2);
  }
  .section-head > a {
    margin-inline-start: auto;
  }
  .stack.tight {
    gap: var(--space-2);
  }
  .chart-panel {
    display: grid;
    gap: var(--space-3);
    padding: var(--space-3) var(--space-4);
  }
  .chart {
    display: grid;
    gap: var(--space-2);
  }
  .chart > svg {
    display: block;
    inline-size: 100%;
    block-size: 96px;
    border-block-end: 1px solid var(--border);
  }
  .chart .slot {
    fill: transparent;
  }
  .chart a:hover .slot {
    fill: var(--hover);
  }
  .chart a:focus-visible {
    outline: none;
  }
  .chart a:focus-visible .slot {
    fill: var(--accent-subtle);
    stroke: var(--accent);
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
  }
  .bar-succeeded {
    fill: var(--accent);
    background: var(--accent);
  }
  .bar-failed {
    fill: var(--negative);
    background: var(--negative);
  }
  .bar-waiting {
    fill: var(--control-border);
  }
  .chart figcaption {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 2px var(--space-4);
  }
  .chart .legend {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
  }
  .chart .key {
    inline-size: 8px;
    block-size: 8px;
    border-radius: 2px;
  }
  .chart .key:not(:first-child) {
    margin-inline-start: var(--space-2);
  }

  .filters.input {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1);
    padding: 3px 4px;
    cursor: text;
  }
  .filters.input:focus-within {
    border-color: var(--accent);
    outline: 2px solid var(--accent);
    outline-offset: -1px;
  }
  .filters > input {
    flex: 1 1 90px;
    min-inline-size: 0;
    min-block-size: 22px;
    padding: 0 6px;
    border: 0;
    outline: none;
    background: none;
  }
  .filters > .chip {
    min-block-size: 22px;
    padding: 0 2px 0 8px;
    gap: 2px;
  }
  .filters > .chip > button {
    display: grid;
    place-items: center;
    inline-size: 24px;
    block-size: 22px;
    border-radius: 999px;
  }
  .filters > .chip > button:hover {
    background: color-mix(in oklab, var(--accent) 16%, transparent);
  }
  event-type-field > .field {
    position: relative;
  }
  .suggestions {
    max-block-size: 216px;
    padding: var(--space-1);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .suggestions > li {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
    align-items: baseline;
    gap: 0 var(--space-3);
    padding: 5px var(--space-2);
    border-radius: var(--radius-small);
    cursor: pointer;
  }
  .suggestions > li:hover {
    background: var(--subtle);
  }
  .suggestions > li[aria-selected="true"] {
    background: var(--hover);
  }
  .suggestions > li > span {
    overflow-wrap: anywhere;
  }

  endpoint-form {
    display: block;
  }
  .advanced > summary {
    display: flex;
    align-items: center;
    gap: var(--space-1);
    inline-size: fit-content;
    padding-inline-end: var(--space-2);
    border-radius: var(--radius-small);
    color: var(--muted);
    font-weight: 500;
    list-style: none;
    cursor: pointer;
  }
  .advanced > summary::-webkit-details-marker {
    display: none;
  }
  .advanced > summary:hover {
    color: var(--text);
  }
  .advanced > summary .icon {
    inline-size: 14px;
    block-size: 14px;
    rotate: -90deg;
  }
  .advanced[open] > summary .icon {
    rotate: none;
  }
  .advanced > .stack {
    margin-block-start: var(--space-3);
  }
  .kept-headers, .header-rows {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
  }
  .header-row {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) auto;
    gap: var(--space-2);
    inline-size: 100%;
  }
  .webhook-error, .form-error {
    color: var(--negative);
  }
  .secret {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--subtle);
  }
  .secret > code {
    flex: 1;
    min-inline-size: 0;
    user-select: all;
  }
  .bar.secret-once {
    flex-wrap: nowrap;
    border-color: color-mix(in oklab, var(--tone) 35%, var(--border));
    background: color-mix(in oklab, var(--tone) 7%, var(--surface));
  }
  .secret-once > .icon {
    color: var(--tone);
  }
  .test-result {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }
  .test-result:empty {
    display: none;
  }
  .test-result .error {
    color: var(--negative);
  }

  .settings {
    max-inline-size: 720px;
  }
  .settings > section > h2 {
    padding: 10px var(--space-4);
    border-block-end: 1px solid var(--border);
    font-size: var(--size);
  }
  .settings .setting {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3) var(--space-5);
    padding: var(--space-3) var(--space-4);
  }
  .settings .setting + .setting {
    border-block-start: 1px solid var(--border);
  }
  .settings .setting > div {
    flex: 1 1 260px;
  }
  @media (max-width: 700px) {
    .tiles {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .tile:nth-child(odd) {
      border-inline-start: 0;
    }
    .tile:nth-child(n + 3) {
      border-block-start: 1px solid var(--border);
    }
    .suggestions > li {
      grid-template-columns: minmax(0, 1fr);
    }
    .endpoints .endpoint {
      min-inline-size: 130px;
    }
    .endpoints :is(.events, .time) {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .chart rect[class^="bar-"], .sparkline circle {
      fill: CanvasText;
    }
  }
`;
