import { type PortalMessage, parseTokenMessage } from "./portal-messages.ts";

/** The window of the page that embeds the portal. */
type PortalParent = { postMessage(message: PortalMessage, targetOrigin: string): void };

/** What the channel needs of a `MessageEvent`. */
type ReceivedMessage = { readonly source: unknown; readonly origin: string; readonly data: unknown };

/**
 * Receives tokens from the page that embeds the portal. Which origins these can be is up to `frame-ancestors` of the
 * Content Security Policy; the origin of the first token stays the only one.
 */
export class PortalChannel {
  readonly #parent: PortalParent;
  readonly #isToken: (text: string) => boolean;
  #origin: string | null = null;

  constructor(parent: PortalParent, isToken: (text: string) => boolean) {
    this.#parent = parent;
    this.#isToken = isToken;
  }

  /** Says that the portal can receive a token. The origin of the page is not known yet, so that any may read this. */
  announce(): void {
    this.#parent.postMessage({ type: "activity-log:ready" }, "*");
  }

  /** Returns the token of a message, `refused` for what is no viewer token, `null` for messages of others or about others. */
  receive({ source, origin, data }: ReceivedMessage): { readonly token: string } | "refused" | null {
    const token = parseTokenMessage(data);
    if (token === null || source !== this.#parent || !this.#isKnown(origin)) return null;
    if (!this.#isToken(token)) return "refused";
    this.#origin = origin;
    return { token };
  }

  /** Asks the page for another token. */
  askForToken(): void {
    if (this.#origin !== null) this.#parent.postMessage({ type: "activity-log:token-expired" }, this.#origin);
  }

  /** Documents without an origin, such as those in a sandbox, cannot be addressed. */
  #isKnown(origin: string): boolean {
    return origin !== "null" && (this.#origin === null || this.#origin === origin);
  }
}
