import { html, type TemplateResult } from "lit";
import { renderIcon } from "./icons.ts";
import { modal } from "./modal.ts";

export type DialogContent = {
  readonly title: string;
  readonly body: TemplateResult;
  /** Is called when the reader closes it: render it no more. */
  readonly onClose: () => void;
  readonly isWide?: boolean;
  /** Whether it closes only by a button of its body: for content that is not shown again. */
  readonly isPersistent?: boolean;
};

/** Renders a modal dialog, which is open as long as it is rendered. Escape and a press beside it close it, unless it is persistent. */
export function renderDialog({
  title,
  body,
  onClose,
  isWide = false,
  isPersistent = false,
}: DialogContent): TemplateResult {
  return html`<dialog class="dialog ${isWide ? "wide" : ""}" aria-labelledby="dialog-title"
    closedby=${isPersistent ? "none" : "closerequest"} ${modal(onClose, isPersistent)}>
    <div class="dialog-head">
      <h2 id="dialog-title">${title}</h2>
      ${isPersistent ? "" : html`<button type="button" class="button plain icon-only" aria-label="Close" @click=${onClose}>${renderIcon("close")}</button>`}
    </div>
    <div class="dialog-body">${body}</div>
  </dialog>`;
}
