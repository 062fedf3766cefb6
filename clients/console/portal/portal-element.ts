import { html, LitElement, type TemplateResult } from "lit";
import { toFailure } from "#clients/console/api/api-failure.ts";
import type { ConsoleConfig } from "#clients/console/app/config.ts";
import { SessionPages } from "#clients/console/app/session-pages.ts";
import type { Route } from "#clients/console/page/route.ts";
import type { CredentialStorage } from "#clients/console/session/credentials.ts";
import { parseViewerTokenClaims } from "#clients/console/session/viewer-token-claims.ts";
import { formatFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { webhookRoutes } from "#clients/console/webhooks/routes.ts";
import { PortalChannel } from "./portal-channel.ts";

/** A token of the portal is kept in memory only. */
const noStorage: CredentialStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };

const notViewerToken = "The page that embeds the portal passed something else than a viewer token.";

/** The element `<activity-portal>`: the pages of webhooks alone, with the tokens that the embedding page passes. */
export class PortalElement extends LitElement {
  readonly #pages: SessionPages;
  readonly #channel = new PortalChannel(window.parent, (text) => parseViewerTokenClaims(text) !== null);
  /** Why the last token was refused. */
  #refusal: string | null = null;
  /** The last token that had expired when it was passed. */
  #expired: string | null = null;

  constructor(config: ConsoleConfig, base: string) {
    super();
    this.#pages = new SessionPages(this, {
      config,
      base,
      storage: noStorage,
      routes: webhookRoutes,
      first: { path: "/webhooks", link: "Go to the webhooks" },
      palette: { setCommands: () => undefined },
      setTitle: (title) => {
        document.title = title;
      },
      onOpen: () => undefined,
      renderLockedPage,
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (window.parent === window) return;
    const { sessions } = this.#pages;
    sessions.addEventListener("change", () => {
      if (sessions.state.kind === "expired") this.#channel.askForToken();
    });
    window.addEventListener("message", (event) => this.#receive(event));
    this.#channel.announce();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<main class="portal">${this.#renderContent()}</main>`;
  }

  #renderContent(): TemplateResult {
    const { state } = this.#pages.sessions;
    if (window.parent === window) {
      const hint = "It is shown inside of a page of your platform, in a frame. It cannot be opened alone.";
      return renderNotice({ icon: "webhook", title: "This is the webhook portal", hint });
    }
    if (state.kind === "signed_in" || state.kind === "expired") {
      // One template for both: the page must stay in the document.
      return html`${state.kind === "expired" ? renderExpired() : ""}${this.#pages.render(state.session)}`;
    }
    if (this.#refusal !== null) {
      return renderNotice({ icon: "lock", title: "The token was refused", hint: this.#refusal });
    }
    return html`<div class="portal-waiting">${renderSkeleton()}<p class="muted">Waiting for a token…</p></div>`;
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
      await this.#pages.sessions.signIn({ token, org: null }, false);
      return null;
    } catch (error) {
      const failure = toFailure(error, navigator.onLine);
      if (failure.kind !== "expired" || token === this.#expired) return formatFailure(failure);
      this.#expired = token;
      this.#channel.askForToken();
      return null;
    }
  }
}

function renderLockedPage({ scope }: Route): TemplateResult {
  const hint = `It needs the scope ${scope}.`;
  return renderNotice({ icon: "lock", title: "The token may not manage webhooks", hint });
}

function renderExpired(): TemplateResult {
  return html`<p class="bar portal-bar" role="status">Waiting for a new token…</p>`;
}
