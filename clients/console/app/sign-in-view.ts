import { html, type TemplateResult } from "lit";
import type { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import "#clients/console/ui/copy-button.ts";
import "#clients/console/session/sign-in-form.ts";
import type { SignInForm } from "#clients/console/session/sign-in-form.ts";
import { modal } from "#clients/console/ui/modal.ts";
import { renderFailure } from "#clients/console/ui/states.ts";

/** Renders the page on which a reader signs in. */
export function renderSignIn(signIn: SignInForm["signIn"], isLocal: boolean): TemplateResult {
  return html`<main class="sign-in">
    <div class="panel">
      <h1 tabindex="-1">Sign in to Activity log</h1>
      <p class="muted">Use a token of your organisation. It stays in this tab and is never part of an address.</p>
      <sign-in-form .signIn=${signIn}></sign-in-form>
      ${isLocal ? renderLocalHint() : ""}
    </div>
  </main>`;
}

/** Renders why a kept token could not be checked. */
export function renderUnchecked(error: ActivityLogError, retry: () => void, signOut: () => void): TemplateResult {
  return html`<main class="sign-in">
    <div class="panel">
      ${renderFailure(toFailure(error, navigator.onLine), retry)}
      <button type="button" class="button plain" @click=${signOut}>Sign out</button>
    </div>
  </main>`;
}

/** Renders the dialog in which a reader signs in again. The page behind it stays as it is. */
export function renderSignInAgain(org: string, signIn: SignInForm["signIn"], signOut: () => void): TemplateResult {
  return html`<dialog class="dialog" aria-labelledby="again-title" ${modal(signOut)}>
    <div class="dialog-head"><h2 id="again-title">Your session has ended</h2></div>
    <div class="dialog-body">
      <p class="muted">The token was revoked or has expired. Sign in again to continue where you were.</p>
      <sign-in-form .signIn=${signIn} .org=${org}></sign-in-form>
      <button type="button" class="button plain" @click=${signOut}>Sign out instead</button>
    </div>
  </dialog>`;
}

function renderLocalHint(): TemplateResult {
  const command = `node -p 'require("./.local/stack.json").demo.token'`;
  return html`<div class="hint">
    <p>This stack runs on your machine. Print its demo token in the folder of the project:</p>
    <div class="command"><code>${command}</code><copy-button .value=${command} label="the command"></copy-button></div>
  </div>`;
}
