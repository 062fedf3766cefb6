import { css } from "lit";

/** Days, and the line of each event: avatar, sentence, time. */
export const eventStyles = css`
  * {
    box-sizing: border-box;
  }
  button, select {
    padding: 0;
    border: 0;
    background: none;
    font: inherit;
    font-size: 0.93em;
    cursor: pointer;
  }
  p, h3, ol, dl, dd {
    margin: 0;
    padding: 0;
  }
  ol {
    list-style: none;
  }
  bdi {
    overflow-wrap: anywhere;
  }
  .icon {
    flex: none;
    inline-size: 1em;
    block-size: 1em;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .unseen, .exact {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .day {
    display: flex;
    align-items: baseline;
    gap: 8px;
    padding-block: 20px 6px;
    font-size: 0.93em;
    font-weight: 600;
  }
  .day:focus {
    outline: none;
  }
  section:first-of-type .day {
    padding-block-start: 4px;
  }
  .age {
    color: var(--_muted);
    font-weight: 400;
  }
  .event {
    position: relative;
    display: flex;
    gap: var(--_gap);
    padding-block: 8px;
    content-visibility: auto;
    contain-intrinsic-block-size: auto 48px;
  }
  .event::before {
    content: "";
    position: absolute;
    inset-block: 0;
    inset-inline-start: calc(var(--_avatar) / 2 - 0.5px);
    inline-size: 1px;
    background: var(--_border);
  }
  .event:first-child::before {
    inset-block-start: 12px;
  }
  .event:last-child::before {
    inset-block-end: calc(100% - 24px);
  }
  .avatar, .symbol {
    position: relative;
    flex: none;
    display: grid;
    place-items: center;
    inline-size: var(--_avatar);
    block-size: var(--_avatar);
    border-radius: 50%;
    box-shadow: 0 0 0 4px var(--_surface);
  }
  .avatar {
    background: light-dark(oklch(0.92 0.05 var(--_hue)), oklch(0.36 0.07 var(--_hue)));
    color: light-dark(oklch(0.38 0.12 var(--_hue)), oklch(0.92 0.06 var(--_hue)));
    font-size: 11px;
    font-weight: 600;
    letter-spacing: 0.02em;
  }
  .avatar img {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    border-radius: inherit;
    object-fit: cover;
  }
  .avatar img[hidden] {
    display: none;
  }
  .symbol {
    background: color-mix(in oklab, var(--_tone) 12%, var(--_surface));
    color: var(--_tone);
    font-size: 15px;
  }
  .badge {
    position: absolute;
    inset-block-end: -4px;
    inset-inline-end: -5px;
    display: grid;
    place-items: center;
    inline-size: 16px;
    block-size: 16px;
    border-radius: 50%;
    background: var(--_surface);
    color: var(--_tone);
    font-size: 12px;
  }
  .body {
    flex: 1;
    min-inline-size: 0;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: 12px;
    min-block-size: var(--_avatar);
    padding-block-end: 2px;
  }
  .sentence {
    flex: 1 1 15em;
    min-inline-size: 0;
    padding-block: 4px;
    color: var(--_muted);
  }
  .actor, .document {
    color: var(--_text);
    font-weight: 500;
  }
  .document {
    display: inline-block;
    max-inline-size: 100%;
  }
  a.document {
    text-decoration: underline;
    text-decoration-color: var(--_control);
    text-underline-offset: 3px;
  }
  a.document:hover {
    color: var(--_accent);
    text-decoration-color: currentColor;
  }
  .label {
    display: inline-block;
    padding: 0 6px;
    border: 1px solid var(--_border);
    border-radius: 999px;
    color: var(--_muted);
    font-size: 0.8em;
    font-weight: 500;
    vertical-align: 1px;
  }
  .time {
    flex: none;
    display: inline-flex;
    align-items: center;
    gap: 2px;
    min-block-size: 24px;
    margin-inline-start: -6px;
    padding: 2px 4px 2px 6px;
    border-radius: 6px;
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .time .icon {
    opacity: 0.6;
    transition: rotate 120ms;
  }
  .time:hover {
    background: var(--_subtle);
    color: var(--_text);
  }
  .expanded .time .icon {
    rotate: 180deg;
  }
  :is(button, a, select):focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }
  .time:focus-visible {
    outline-offset: -2px;
  }
  .tip {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 4px 8px;
    border: 0;
    border-radius: 6px;
    background: light-dark(#1a1d21, #e8eaed);
    color: light-dark(#ffffff, #16181c);
    font-size: 0.87em;
  }
`;
