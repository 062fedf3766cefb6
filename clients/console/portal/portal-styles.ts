import { css } from "lit";

/** The frame of the portal. */
export const portalStyles = css`
  .portal {
    padding: var(--space-4);
  }
  .portal-bar {
    margin-block-end: var(--space-4);
  }
  .portal-waiting > p {
    text-align: center;
    animation: portal-appear 1ms 3s backwards;
  }
  @keyframes portal-appear {
    from {
      opacity: 0;
    }
  }
`;
