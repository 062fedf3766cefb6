import { html, nothing, type TemplateResult } from "lit";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import { formatAge } from "#clients/console/ui/time-format.ts";
import { listRevocationEffects } from "./revocation-effects.ts";
import type { ConsoleToken } from "./token-status.ts";

export type RevokeDialog = {
  readonly token: ConsoleToken;
  /** Whether the session uses this token. */
  readonly isOwn: boolean;
  readonly isSending: boolean;
  readonly error: string | null;
  readonly nowMs: number;
  readonly revoke: () => void;
  readonly close: () => void;
};

/** Renders the question whether to revoke a token, and what that ends. */
export function renderRevokeDialog(dialog: RevokeDialog): TemplateResult {
  const { token, isOwn, isSending, error, nowMs, revoke, close } = dialog;
  const used = token.last_used_at === null ? "never, or unknown" : formatAge(Date.parse(token.last_used_at), nowMs);
  return renderDialog({
    title: isOwn ? "Revoke your own token?" : "Revoke this token?",
    onClose: close,
    body: html`
      <dl class="facts">
        <div><dt>Token</dt><dd class="mono">${token.token_id}</dd></div>
        <div><dt>User</dt><dd><bdi>${token.user_id ?? "None"}</bdi></dd></div>
        <div><dt>Last used</dt><dd>${used}</dd></div>
      </dl>
      <ul class="token-effects">
        ${listRevocationEffects(token).map((effect) => html`<li>${effect}</li>`)}
        ${isOwn ? html`<li>You are using it now: you have to sign in with another one.</li>` : nothing}
      </ul>
      ${error === null ? nothing : html`<p class="token-error" role="alert">${error}</p>`}
      <div class="dialog-actions">
        <button type="button" class="button" @click=${close}>Cancel</button>
        <button type="button" class="button primary danger" ?disabled=${isSending} @click=${revoke}>Revoke</button>
      </div>`,
  });
}
