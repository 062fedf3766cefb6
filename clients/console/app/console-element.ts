import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Command } from "#clients/console/page/page-context.ts";
import type { Route } from "#clients/console/page/route.ts";
import type { Session } from "#clients/console/session/session.ts";
import type { SignInForm } from "#clients/console/session/sign-in-form.ts";
import { renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { openStorage } from "./browser-storage.ts";
import type { ConsoleConfig } from "./config.ts";
import { listConsoleCommands } from "./palette/console-commands.ts";
import { PaletteController } from "./palette/palette-controller.ts";
import { routes } from "./routes.ts";
import { SessionPages } from "./session-pages.ts";
import { renderShell } from "./shell-view.ts";
import { renderSignIn, renderSignInAgain, renderUnchecked } from "./sign-in-view.ts";
import { applyTheme, loadTheme, type Theme } from "./theme.ts";

/** The element `<activity-console>`: signs the reader in, and shows the page that the address names. */
export class ConsoleElement extends LitElement {
  static override readonly properties: PropertyDeclarations = { theme: { state: true } };

  readonly #stage: string;
  readonly #settings = openStorage(() => localStorage);
  readonly #palette = new PaletteController(this, (text) => this.#findCommands(text));
  readonly #pages: SessionPages;
  private declare theme: Theme;

  constructor(config: ConsoleConfig, base: string) {
    super();
    this.#stage = config.stage;
    this.#pages = new SessionPages(this, {
      config,
      base,
      routes,
      storage: openStorage(() => sessionStorage),
      first: { path: "/activity", link: "Go to the activity" },
      palette: this.#palette,
      setTitle,
      onOpen: ({ title }) => {
        setTitle(title);
        this.#palette.clearCommands();
      },
      renderLockedPage,
    });
    this.theme = loadTheme(this.#settings);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { sessions } = this.#pages;
    sessions.addEventListener("change", () => {
      if (sessions.state.kind === "signed_out") document.title = "Activity log";
    });
    sessions.restore();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { sessions } = this.#pages;
    const { state } = sessions;
    switch (state.kind) {
      case "signed_out":
        return renderSignIn(this.#signIn, /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname));
      case "restoring":
        return html`<main class="sign-in">${renderSkeleton(3)}</main>`;
      case "unchecked":
        return renderUnchecked(
          state.error,
          () => sessions.restore(),
          () => sessions.signOut(),
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
    const { router, sessions } = this.#pages;
    return html`${renderShell({
      session,
      stage: this.#stage,
      path: router.address.path,
      theme: this.theme,
      main: this.#pages.render(session),
      href: (path) => router.href(path),
      setTheme: (theme) => this.#setTheme(theme),
      openPalette: () => this.#palette.open(),
      signOut: () => sessions.signOut(),
    })}
    ${this.#palette.render()}`;
  }

  readonly #signIn: SignInForm["signIn"] = (credentials, isKept) => this.#pages.sessions.signIn(credentials, isKept);

  /** The dialog is also closed when the reader has signed in. */
  #closeSignIn(): void {
    const { sessions } = this.#pages;
    if (sessions.state.kind === "expired") sessions.signOut();
  }

  #findCommands(text: string): readonly Command[] {
    const { sessions, router } = this.#pages;
    if (sessions.state.kind !== "signed_in") return [];
    return listConsoleCommands(text, {
      session: sessions.state.session,
      navigate: (path) => router.navigate(path),
      setTheme: (theme) => this.#setTheme(theme),
      signOut: () => sessions.signOut(),
    });
  }

  #setTheme(theme: Theme): void {
    this.theme = theme;
    applyTheme(theme, this.#settings);
  }
}

function setTitle(title: string): void {
  document.title = `${title} · Activity log`;
}

function renderLockedPage({ title, scope }: Route): TemplateResult {
  const hint = `It needs the scope ${scope}. Sign in with a token that has it.`;
  return renderNotice({ icon: "lock", title: `Your token cannot open “${title}”`, hint });
}
