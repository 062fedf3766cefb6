import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { matchRoute, type Route } from "#clients/console/page/route.ts";
import type { CredentialStorage } from "#clients/console/session/credentials.ts";
import { hasScope, isRenewal, type Session } from "#clients/console/session/session.ts";
import type { SessionStore } from "#clients/console/session/session-store.ts";
import { renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import type { ConsoleConfig } from "./config.ts";
import { createPageContext, createSessionStore } from "./create-session.ts";
import { PageHost } from "./page-host.ts";
import type { PaletteController } from "./palette/palette-controller.ts";
import { RateLimitNotice } from "./rate-limit-notice.ts";
import { Router } from "./router.ts";
import { renderShownPage } from "./shown-page.ts";

export type SessionPagesOptions = {
  readonly config: ConsoleConfig;
  /** Path of the site, without a slash at its end: `/console`. */
  readonly base: string;
  readonly storage: CredentialStorage;
  readonly routes: readonly Route[];
  /** The page that a session begins with, and its link: `Go to the activity`. */
  readonly first: { readonly path: string; readonly link: string };
  readonly palette: Pick<PaletteController, "setCommands">;
  setTitle(title: string): void;
  /** Called when another page has been opened, and is about to be rendered. */
  onOpen(route: Route): void;
  /** Says that the token lacks the scope of a page. */
  renderLockedPage(route: Route): TemplateResult;
};

/** Shows the page that the address names to the user who is signed in. */
export class SessionPages implements ReactiveController {
  readonly sessions: SessionStore;
  readonly router: Router;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: SessionPagesOptions;
  readonly #rateLimit: RateLimitNotice;
  readonly #pages: PageHost;
  #context: PageContext | null = null;
  #hasNavigated = false;

  constructor(host: ReactiveControllerHost & HTMLElement, options: SessionPagesOptions) {
    this.#host = host;
    this.#options = options;
    this.sessions = createSessionStore(options.config, options.storage);
    this.router = new Router(options.base, window, () => this.#navigated());
    this.#rateLimit = new RateLimitNotice(host);
    this.#pages = new PageHost(host, (route) => this.#open(route));
    host.addController(this);
  }

  hostConnected(): void {
    this.sessions.addEventListener("change", this.#sessionChanged);
    this.#host.addEventListener("click", this.#follow);
    window.addEventListener("popstate", this.#navigated);
  }

  hostDisconnected(): void {
    this.sessions.removeEventListener("change", this.#sessionChanged);
    this.#host.removeEventListener("click", this.#follow);
    window.removeEventListener("popstate", this.#navigated);
  }

  render(session: Session): TemplateResult {
    return html`${this.#rateLimit.render()}${this.#renderPage(session)}`;
  }

  #renderPage(session: Session): TemplateResult {
    const { routes, first, renderLockedPage } = this.#options;
    const { path, query } = this.router.address;
    const match = matchRoute(routes, path);
    if (this.#context === null) return renderSkeleton();
    if (match === null) {
      const home = html`<a class="button" href=${this.router.href(first.path)}>${first.link}</a>`;
      return renderNotice({ icon: "search", title: "There is no such page", action: home });
    }
    if (!hasScope(session, match.route.scope)) return renderLockedPage(match.route);
    return renderShownPage(this.#pages.show(match, query, this.#context));
  }

  /** A page stays while its session is renewed, and is opened anew for another one. */
  readonly #sessionChanged = (): void => {
    const { state } = this.sessions;
    if (state.kind === "signed_out") this.#context = null;
    if (state.kind === "signed_in") {
      if (this.#context === null || !isRenewal(this.#context.session, state.session)) {
        const { sessions, router } = this;
        const { onRetry } = this.#rateLimit;
        this.#context = createPageContext(state.session, { ...this.#options, sessions, router, onRetry });
      }
      if (this.router.address.path === "/") this.router.navigate(this.#options.first.path, { replace: true });
    }
    this.#host.requestUpdate();
  };

  readonly #follow = (event: MouseEvent): void => this.router.follow(event);

  readonly #navigated = (): void => {
    this.#hasNavigated = true;
    this.#host.requestUpdate();
  };

  /** Moves the focus to the heading of a page, as a browser does when it loads another document. */
  async #open(route: Route): Promise<void> {
    this.#options.onOpen(route);
    if (!this.#hasNavigated) return;
    await this.#host.updateComplete;
    window.scrollTo(0, 0);
    const focusHeading = () => this.#host.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    requestAnimationFrame(focusHeading);
  }
}
