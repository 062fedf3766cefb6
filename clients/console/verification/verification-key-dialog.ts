import { html, type TemplateResult } from "lit";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import "./verification-key-form.ts";
import type { VerificationKeyStore } from "#clients/console/session/verification-key-store.ts";

export type KeyDialog = {
  readonly keys: VerificationKeyStore;
  readonly close: () => void;
  readonly onEntered: () => void;
};

/** Renders the dialog in which the reader enters the verification key of the log. */
export function renderKeyDialog({ keys, close, onEntered }: KeyDialog): TemplateResult {
  return renderDialog({
    title: "Verification key",
    onClose: close,
    body: html`<p class="muted">
        Your browser verifies events with the public key of your log. Use the one that your operator has given you in
        writing, for example in a contract: one from this console would only show that the console agrees with itself.
      </p>
      <verification-key-form .keys=${keys} @entered=${onEntered} @cancelled=${close}></verification-key-form>`,
  });
}
