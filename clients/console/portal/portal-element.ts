import { html, LitElement, type TemplateResult } from "lit";
import { toFailure } from "#clients/console/api/api-failure.ts";
import type { ConsoleConfig } from "#clients/console/app/config.ts";
import { createPageContext, createSessionStore } from "#clients/console/app/create-session.ts";
import { PageHost } from "#clients/console/app/page-host.ts";
import { RateLimitNotice } from "#clients/console/app/rate-limit-notice.ts";
import { Router } from "#clients/console/app/router.ts";
import { renderShownPage } from "#clients/console/app/shown-page.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { matchRoute } from "#clients/console/page/route.ts";
import type { CredentialStorage } from "#clients/console/session/credentials.ts";
import { hasScope, isRenewal, type Session } from "#clients/console/session/session.ts";
import { parseViewerTokenClaims } from "#clients/console/session/viewer-token-claims.ts";
import { formatFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { webhookRoutes } from "#clients/console/webhooks/routes.ts";
import { PortalChannel } from "./portal-channel.ts";

/** A token of the portal is kept in memory only. */
const noStorage: CredentialStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };

const firstPath = "/webhooks";
const notViewerToken = "The page that embeds the portal passed something else than a viewer token.";

/** The element `<activity-portal>`: the pages of webhooks alone, with the tokens that the embedding page passes. */
export class PortalElement extends LitElement {
  readonly #config: ConsoleConfig;
  readonly #router: Router;
  readonly #sessions;
  readonly #channel = new PortalChannel(window.parent, (text) => parseViewerTokenClaims(text) !== null);
  readonly #rateLimit = new RateLimitNotice(this);
  readonly #pages = new PageHost(this, () => this.#opened());
  #context: PageContext | null = null;
  /** Why the last token was refused. */
  #refusal: string | null = null;
  /** The last token that had expired when it was passed. */
  #expired: string | null = null;
  #hasNavigated = false;

  constructor(config: ConsoleConfig, base: string) {
    super();
    this.#config = config;
    this.#router = new Router(base, window, () => this.#navigated());
    this.#sessions = createSessionStore(config, noStorage);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (window.parent === window) return;
    this.#sessions.addEventListener("change", () => this.#sessionChanged());
    this.addEventListener("click", (event) => this.#router.follow(event));
    window.addEventListener("popstate", () => this.#navigated());
    window.addEventListener("message", (event) => this.#receive(event));
    this.#channel.announce();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<main class="portal">${this.#rateLimit.render()} ${this.#renderContent()}</main>`;
  }

  #renderContent(): TemplateResult {
    const { state } = this.#sessions;
    if (window.parent === window) {
      const hint = "It is shown inside of a page of your platform, in a frame. It cannot be opened alone.";
      return renderNotice({ icon: "webhook", title: "This is the webhook portal", hint });
    }
    if (state.kind === "signed_in" || state.kind === "expired") {
      // One template for both: the page must stay in the document.
      return html`${state.kind === "expired" ? renderExpired() : ""}${this.#renderPage(state.session)}`;
    }
    if (this.#refusal !== null) {
      return renderNotice({ icon: "lock", title: "The token was refused", hint: this.#refusal });
    }
    return html`<div class="portal-waiting">${renderSkeleton()}<p class="muted">Waiting for a token…</p></div>`;
  }

  #renderPage(session: Session): TemplateResult {
    const { path, query } = this.#router.address;
    const match = matchRoute(webhookRoutes, path);
    if (this.#context === null) return renderSkeleton();
    if (match === null) {
      const home = html`<a class="button" href=${this.#router.href(firstPath)}>Go to the webhooks</a>`;
      return renderNotice({ icon: "search", title: "There is no such page", action: home });
    }
    if (!hasScope(session, match.route.scope)) {
      return renderNotice({
        icon: "lock",
        title: "The token may not manage webhooks",
        hint: `It needs the scope ${match.route.scope}.`,
      });
    }
    return renderShownPage(this.#pages.show(match, query, this.#context));
  }

  async #receive(event: MessageEvent): Promise<void> {
    const received = this.#channel.receive(event);
    if (received === null) return;
    this.#refusal = received === "refused" ? notViewerToken : await this.#signIn(received.token);
    this.requestUpdate();
  }

  /**
   * Returns why the API refuses the token; `null` if it does not, or if another one was asked for. A page that passes an
   * expired token twice is not asked again: it would go on without end.
   */
  async #signIn(token: string): Promise<string | null> {
    try {
      await this.#sessions.signIn({ token, org: null }, false);
      return null;
    } catch (error) {
      const failure = toFailure(error, navigator.onLine);
      if (failure.kind !== "expired" || token === this.#expired) return formatFailure(failure);
      this.#expired = token;
      this.#channel.askForToken();
      return null;
    }
  }

  /** A page stays while its token is renewed, and is opened anew for another organisation. */
  #sessionChanged(): void {
    const { state } = this.#sessions;
    if (state.kind === "expired") this.#channel.askForToken();
    if (state.kind === "signed_in" && (this.#context === null || !isRenewal(this.#context.session, state.session))) {
      this.#context = this.#createContext(state.session);
      if (this.#router.address.path === "/") this.#router.navigate(firstPath, { replace: true });
    }
    this.requestUpdate();
  }

  #createContext(session: Session): PageContext {
    return createPageContext(session, {
      config: this.#config,
      sessions: this.#sessions,
      router: this.#router,
      palette: { setCommands: () => undefined },
      onRetry: this.#rateLimit.onRetry,
      setTitle: (title) => {
        document.title = title;
      },
    });
  }

  #navigated(): void {
    this.#hasNavigated = true;
    this.requestUpdate();
  }

  async #opened(): Promise<void> {
    if (!this.#hasNavigated) return;
    await this.updateComplete;
    window.scrollTo(0, 0);
    requestAnimationFrame(() => this.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true }));
  }
}

function renderExpired(): TemplateResult {
  return html`<p class="bar portal-bar" role="status">Waiting for a new token…</p>`;
}
