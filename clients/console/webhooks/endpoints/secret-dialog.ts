import { html, type TemplateResult } from "lit";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import "#clients/console/ui/copy-button.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";

export type SecretDialog = {
  readonly title: string;
  readonly secret: string;
  /** A sentence about what happens next. */
  readonly hint: string;
  readonly isStored: boolean;
  readonly onStored: (isStored: boolean) => void;
  /** Is called when it is closed, which its button only does: forget the secret then. */
  readonly onClose: () => void;
};

/** Renders a new signing secret, which is shown only now. */
export function renderSecretDialog(dialog: SecretDialog): TemplateResult {
  const { title, secret, hint, isStored, onStored, onClose } = dialog;
  const body = html`
    <p>${hint}</p>
    <div class="secret">
      <code class="wrap">${secret}</code>
      <copy-button .value=${secret} label="the secret"></copy-button>
    </div>
    <p class="bar secret-once tone-warning">${renderIcon("warning")}<span>It is shown only now. Store it where your receiver reads it, to verify each request.</span></p>
    <label class="check">
      <input type="checkbox" .checked=${isStored} @change=${() => onStored(!isStored)}>
      <span>I have stored the secret</span>
    </label>
    <div class="dialog-actions">
      <button type="button" class="button primary" ?disabled=${!isStored} @click=${onClose}>Done</button>
    </div>`;
  return renderDialog({ title, body, onClose, isPersistent: true });
}
