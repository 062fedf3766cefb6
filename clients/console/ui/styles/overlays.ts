import { css } from "lit";

/** What lies above the page: dialogs, drawers, the tooltip, toasts. */
export const overlayStyles = css`
  dialog.dialog {
    inline-size: min(480px, calc(100vw - 32px));
    max-block-size: min(720px, calc(100dvh - 32px));
    padding: 0;
    border: 1px solid var(--border);
    border-radius: var(--radius-large);
    background: var(--surface);
    color: var(--text);
    box-shadow: var(--shadow);
    overflow: auto;
  }
  dialog.dialog.wide {
    inline-size: min(720px, calc(100vw - 32px));
  }
  dialog::backdrop {
    background: var(--backdrop);
  }
  dialog[open] {
    animation: enter 120ms ease-out;
  }
  .dialog-head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3);
    padding: var(--space-4) var(--space-4) 0 var(--space-5);
  }
  .dialog-head h2 {
    font-size: var(--size-heading);
  }
  .dialog-body {
    display: grid;
    gap: var(--space-4);
    padding: var(--space-3) var(--space-5) var(--space-5);
  }
  .dialog-actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: var(--space-2);
    padding-block-start: var(--space-2);
  }
  .drawer {
    position: fixed;
    inset-block: 0;
    inset-inline-end: 0;
    z-index: 20;
    display: flex;
    flex-direction: column;
    inline-size: min(480px, 100vw);
    border-inline-start: 1px solid var(--border);
    background: var(--surface);
    box-shadow: var(--shadow);
    animation: slide 140ms ease-out;
  }
  .drawer-head {
    display: flex;
    align-items: flex-start;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-3) var(--space-3) var(--space-5);
    border-block-end: 1px solid var(--border);
  }
  .drawer-head h2 {
    flex: 1;
    min-inline-size: 0;
    padding-block: 5px;
  }
  .drawer-body {
    display: grid;
    gap: var(--space-5);
    align-content: start;
    flex: 1;
    padding: var(--space-4) var(--space-5) var(--space-6);
    overflow: auto;
    overscroll-behavior: contain;
  }
  .tip {
    position: fixed;
    inset: auto;
    max-inline-size: min(360px, 100vw - 12px);
    margin: 0;
    padding: 4px 8px;
    border: 0;
    border-radius: var(--radius);
    background: var(--inverse);
    color: var(--on-inverse);
    font-size: var(--size-small);
    overflow-wrap: anywhere;
  }
  .toasts {
    position: fixed;
    inset: auto auto 0;
    inset-inline: 0;
    display: grid;
    justify-items: center;
    gap: var(--space-2);
    inline-size: auto;
    margin: 0;
    padding: var(--space-5);
    border: 0;
    background: none;
    overflow: visible;
    pointer-events: none;
  }
  .toast {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    max-inline-size: min(560px, 100%);
    padding: 8px 14px;
    border-radius: var(--radius);
    background: var(--inverse);
    color: var(--on-inverse);
    box-shadow: var(--shadow);
    pointer-events: auto;
    animation: enter 140ms ease-out;
  }
  @keyframes enter {
    from {
      opacity: 0;
      translate: 0 6px;
    }
  }
  @keyframes slide {
    from {
      opacity: 0;
      translate: 24px 0;
    }
  }
  @media (forced-colors: active) {
    .tip, .toast, .drawer {
      border: 1px solid;
    }
  }
`;
