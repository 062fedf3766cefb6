import { css } from "lit";

export const webhookStyles = css`
  .webhooks-body {
    display: grid;
    gap: 16px;
  }
`;
