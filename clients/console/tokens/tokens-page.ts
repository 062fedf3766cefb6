import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { hasScope } from "#clients/console/session/session.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { formatFailure, renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { showToast } from "#clients/console/ui/toast.ts";
import { renderRevokeDialog } from "./revoke-dialog.ts";
import { type ConsoleToken, isUsable, sortByLastUse } from "./token-status.ts";
import { tokenStyles } from "./token-styles.ts";
import { renderTokenTable } from "./token-table.ts";

type LoadedTokens = { readonly tokens: readonly ConsoleToken[]; readonly ownId: string };

/** A token that the reader is asked about. */
type Revocation = { readonly token: ConsoleToken; readonly isSending: boolean; readonly error: string | null };

/** The page Tokens: those of the organisation; the parameter `show=all` includes those that have ended. */
export class TokensPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { revocation: { state: true } };

  private declare revocation: Revocation | null;

  readonly #request = new RequestController<LoadedTokens>(this, async (signal) => {
    const { client } = this.context.api;
    const [{ token_id: ownId }, tokens] = await Promise.all([
      client.whoami({ signal }),
      collect(client.tokens.iterate({}, { signal })),
    ]);
    return { tokens: sortByLastUse(tokens), ownId };
  });

  constructor() {
    super();
    this.revocation = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(tokenStyles);
    this.#request.load();
  }

  protected override render(): TemplateResult {
    const hint = "What may use the API of this organisation. An operator issues tokens with the command line.";
    return html`${renderPageHead("Tokens", { hint })} ${this.#renderBody()} ${this.#renderDialog()}`;
  }

  #renderBody(): TemplateResult {
    const { state } = this.#request;
    switch (state.kind) {
      case "loading":
        return renderSkeleton();
      case "failed":
        return renderFailure(state.failure, () => this.#request.load());
      case "ready":
        return this.#renderTokens(state.value);
    }
  }

  #renderTokens({ tokens, ownId }: LoadedTokens): TemplateResult {
    const nowMs = Date.now();
    const usable = tokens.filter((token) => isUsable(token, nowMs));
    const showsAll = this.query.get("show") === "all";
    const shown = showsAll ? tokens : usable;
    const revoke = hasScope(this.context.session, "AIBooks.tokens.MANAGE") ? this.#ask : null;
    return html`<div class="segments token-filter" role="group" aria-label="Show">
        ${this.#renderSegment("Active", usable.length, !showsAll, "/tokens")}
        ${this.#renderSegment("All", tokens.length, showsAll, "/tokens?show=all")}
      </div>
      ${
        shown.length === 0
          ? renderNotice({ icon: "key", title: "No tokens", hint: "This organisation has no active token." })
          : renderTokenTable({ tokens: shown, ownId, nowMs, revoke })
      }`;
  }

  #renderSegment(text: string, count: number, isPressed: boolean, path: string): TemplateResult {
    return html`<button type="button" class="segment" aria-pressed=${isPressed}
      @click=${() => this.context.navigate(path, { replace: true })}>${text} <span class="muted">${count}</span></button>`;
  }

  #renderDialog(): TemplateResult | string {
    const { state } = this.#request;
    if (this.revocation === null || state.kind !== "ready") return "";
    const isOwn = this.revocation.token.token_id === state.value.ownId;
    return renderRevokeDialog({
      ...this.revocation,
      isOwn,
      nowMs: Date.now(),
      revoke: () => this.#revoke(),
      close: () => {
        this.revocation = null;
      },
    });
  }

  readonly #ask = (token: ConsoleToken): void => {
    this.revocation = { token, isSending: false, error: null };
  };

  async #revoke(): Promise<void> {
    const { state } = this.#request;
    if (this.revocation === null || state.kind !== "ready") return;
    const { token } = this.revocation;
    this.revocation = { token, isSending: true, error: null };
    try {
      const revoked = await this.context.api.client.tokens.revoke(token.token_id);
      const tokens = state.value.tokens.map((other) => (other.token_id === revoked.token_id ? revoked : other));
      this.#request.set({ ...state.value, tokens });
      this.revocation = null;
      showToast(`Revoked ${token.token_id}`);
    } catch (error) {
      this.revocation = { token, isSending: false, error: formatFailure(toFailure(error, navigator.onLine)) };
    }
  }
}

async function collect(items: AsyncIterable<ConsoleToken>): Promise<readonly ConsoleToken[]> {
  const collected: ConsoleToken[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

customElements.define("console-tokens-page", TokensPage);
