import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Command, PageContext } from "#clients/console/page/page-context.ts";
import { matchRoute, type Route } from "#clients/console/page/route.ts";
import { hasScope, isRenewal, type Session } from "#clients/console/session/session.ts";
import type { SessionStore } from "#clients/console/session/session-store.ts";
import type { SignInForm } from "#clients/console/session/sign-in-form.ts";
import { renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { openStorage } from "./browser-storage.ts";
import type { ConsoleConfig } from "./config.ts";
import { createPageContext, createSessionStore } from "./create-session.ts";
import { PageHost } from "./page-host.ts";
import { listConsoleCommands } from "./palette/console-commands.ts";
import { PaletteController } from "./palette/palette-controller.ts";
import { RateLimitNotice } from "./rate-limit-notice.ts";
import { Router } from "./router.ts";
import { routes } from "./routes.ts";
import { renderShell } from "./shell-view.ts";
import { renderShownPage } from "./shown-page.ts";
import { renderSignIn, renderSignInAgain, renderUnchecked } from "./sign-in-view.ts";
import { applyTheme, loadTheme, type Theme } from "./theme.ts";

/** The page that the console begins with. */
const firstPath = "/activity";

/** The element `<activity-console>`: signs the reader in, and shows the page that the address names. */
export class ConsoleElement extends LitElement {
  static override readonly properties: PropertyDeclarations = { theme: { state: true } };

  readonly #config: ConsoleConfig;
  readonly #router: Router;
  readonly #sessions: SessionStore;
  readonly #settings = openStorage(() => localStorage);
  readonly #rateLimit = new RateLimitNotice(this);
  readonly #pages = new PageHost(this, (route) => this.#open(route));
  readonly #palette = new PaletteController(this, (text) => this.#findCommands(text));
  private declare theme: Theme;
  #context: PageContext | null = null;
  #hasNavigated = false;

  constructor(config: ConsoleConfig, base: string) {
    super();
    this.#config = config;
    this.#router = new Router(base, window, () => this.#navigated());
    this.#sessions = createSessionStore(
      config,
      openStorage(() => sessionStorage),
    );
    this.theme = loadTheme(this.#settings);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sessions.addEventListener("change", () => this.#sessionChanged());
    this.addEventListener("click", (event) => this.#router.follow(event));
    window.addEventListener("popstate", () => this.#navigated());
    this.#sessions.restore();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { state } = this.#sessions;
    switch (state.kind) {
      case "signed_out":
        return renderSignIn(this.#signIn, /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname));
      case "restoring":
        return html`<main class="sign-in">${renderSkeleton(3)}</main>`;
      case "unchecked":
        return renderUnchecked(
          state.error,
          () => this.#sessions.restore(),
          () => this.#sessions.signOut(),
        );
      case "signed_in":
      case "expired":
        // One template for both: the page must stay in the document.
        return html`${this.#renderShell(state.session)} ${state.kind === "expired" ? this.#renderSignInAgain(state.session) : ""}`;
    }
  }

  #renderSignInAgain({ org }: Session): TemplateResult {
    return renderSignInAgain(org, this.#signIn, () => this.#closeSignIn());
  }

  #renderShell(session: Session): TemplateResult {
    return html`${renderShell({
      session,
      stage: this.#config.stage,
      path: this.#router.address.path,
      theme: this.theme,
      main: html`${this.#rateLimit.render()}${this.#renderPage(session)}`,
      href: (path) => this.#router.href(path),
      setTheme: (theme) => this.#setTheme(theme),
      openPalette: () => this.#palette.open(),
      signOut: () => this.#sessions.signOut(),
    })}
    ${this.#palette.render()}`;
  }

  #renderPage(session: Session): TemplateResult {
    const { path, query } = this.#router.address;
    const match = matchRoute(routes, path);
    if (this.#context === null) return renderSkeleton();
    if (match === null) {
      const home = html`<a class="button" href=${this.#router.href(firstPath)}>Go to the activity</a>`;
      return renderNotice({ icon: "search", title: "There is no such page", action: home });
    }
    if (!hasScope(session, match.route.scope)) {
      const hint = `It needs the scope ${match.route.scope}. Sign in with a token that has it.`;
      return renderNotice({ icon: "lock", title: `Your token cannot open “${match.route.title}”`, hint });
    }
    return renderShownPage(this.#pages.show(match, query, this.#context));
  }

  readonly #signIn: SignInForm["signIn"] = (credentials, isKept) => this.#sessions.signIn(credentials, isKept);

  /** The dialog is also closed when the reader has signed in. */
  #closeSignIn(): void {
    if (this.#sessions.state.kind === "expired") this.#sessions.signOut();
  }

  /** A page stays while its session is renewed, and is opened anew for another one. */
  #sessionChanged(): void {
    const { state } = this.#sessions;
    if (state.kind === "signed_out") {
      this.#context = null;
      document.title = "Activity log";
    } else if (state.kind === "signed_in") {
      if (this.#context === null || !isRenewal(this.#context.session, state.session)) {
        this.#context = this.#createContext(state.session);
      }
      if (this.#router.address.path === "/") this.#router.navigate(firstPath, { replace: true });
    }
    this.requestUpdate();
  }

  #createContext(session: Session): PageContext {
    return createPageContext(session, {
      config: this.#config,
      sessions: this.#sessions,
      router: this.#router,
      palette: this.#palette,
      onRetry: this.#rateLimit.onRetry,
      setTitle,
    });
  }

  #findCommands(text: string): readonly Command[] {
    if (this.#context === null) return [];
    return listConsoleCommands(text, {
      session: this.#context.session,
      navigate: (path) => this.#router.navigate(path),
      setTheme: (theme) => this.#setTheme(theme),
      signOut: () => this.#sessions.signOut(),
    });
  }

  #navigated(): void {
    this.#hasNavigated = true;
    this.requestUpdate();
  }

  /** Names the page, and moves the focus to its heading as a browser does when it loads another page. */
  async #open({ title }: Route): Promise<void> {
    setTitle(title);
    this.#palette.clearCommands();
    if (!this.#hasNavigated) return;
    await this.updateComplete;
    window.scrollTo(0, 0);
    requestAnimationFrame(() => this.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true }));
  }

  #setTheme(theme: Theme): void {
    this.theme = theme;
    applyTheme(theme, this.#settings);
  }
}

function setTitle(title: string): void {
  document.title = `${title} · Activity log`;
}
