import { html, type TemplateResult } from "lit";
import { hasScope, type Session } from "#clients/console/session/session.ts";
import { type IconName, renderIcon } from "#clients/console/ui/icons.ts";
import { isWithin, type NavigationItem, navigation } from "./navigation.ts";
import { type Theme, themes } from "./theme.ts";

export type Shell = {
  readonly session: Session;
  readonly stage: string;
  readonly path: string;
  readonly theme: Theme;
  readonly main: TemplateResult;
  href(path: string): string;
  setTheme(theme: Theme): void;
  openPalette(): void;
  signOut(): void;
};

/** Renders the navigation with the page beside it. */
export function renderShell(shell: Shell): TemplateResult {
  const { session, stage, main, openPalette, signOut } = shell;
  return html`<a class="skip button" href="#main" @click=${skip}>Skip to the page</a>
    <div class="shell">
      <header class="side">
        <div class="brand">
          <span class="brand-name">Activity log</span>
          ${stage === "" ? "" : html`<span class="tag">${stage}</span>`}
        </div>
        <button type="button" class="find" @click=${openPalette}>
          ${renderIcon("search")}<span>Search</span><kbd aria-hidden="true">${isApple() ? "⌘" : "Ctrl"} K</kbd>
        </button>
        <nav aria-label="Console">
          <ul>${navigation.map((item) => html`<li>${renderItem(item, shell)}</li>`)}</ul>
        </nav>
        <div class="account">
          <dl>
            <dt class="unseen">Organisation</dt>
            <dd class="wrap">${session.org}</dd>
            <dt class="unseen">Signed in with</dt>
            <dd class="muted small wrap">${describeToken(session)}</dd>
          </dl>
          <div class="actions">
            ${renderThemes(shell)}
            <button type="button" class="button plain icon-only" aria-label="Sign out" data-tip="Sign out" @click=${signOut}>
              ${renderIcon("leave")}
            </button>
          </div>
        </div>
      </header>
      <main id="main" class="main" tabindex="-1">${main}</main>
    </div>`;
}

/** A page that the token may not use stays listed, with what it needs. */
function renderItem(item: NavigationItem, { session, path, href }: Shell): TemplateResult {
  const label = html`${renderIcon(item.icon)}<span>${item.title}</span>`;
  if (!hasScope(session, item.scope)) {
    const reason = `Needs the scope ${item.scope}`;
    return html`<a class="item" role="link" aria-disabled="true" tabindex="0" data-tip=${reason}>
      ${label}<span class="unseen">, ${reason}</span>${renderIcon("lock")}
    </a>`;
  }
  const isCurrent = isWithin(item, path);
  return html`<a class="item" href=${href(item.path)} aria-current=${isCurrent ? "page" : "false"}>${label}</a>`;
}

const themeIcons: Readonly<Record<Theme, IconName>> = { system: "system", light: "sun", dark: "moon" };

function renderThemes({ theme: current, setTheme }: Shell): TemplateResult {
  return html`<div class="segments" role="group" aria-label="Theme">
    ${themes.map(
      (theme) => html`<button
        type="button"
        class="segment"
        aria-label="Theme: ${theme}"
        data-tip="Theme: ${theme}"
        aria-pressed=${theme === current}
        @click=${() => setTheme(theme)}
      >${renderIcon(themeIcons[theme])}</button>`,
    )}
  </div>`;
}

function describeToken({ kind, userId }: Session): string {
  if (kind === "viewer") return "Viewer token";
  return userId ?? "Access token";
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}
