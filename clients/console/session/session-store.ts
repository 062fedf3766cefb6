import type { Schemas } from "#clients/client/openapi-types.ts";
import { type CredentialStorage, type Credentials, loadCredentials, saveCredentials } from "./credentials.ts";
import type { Session, SessionState } from "./session.ts";
import { parseViewerTokenClaims } from "./viewer-token-claims.ts";

type Whoami = Schemas["Whoami"]["token"];

export type SessionPorts = {
  /** Asks the API what a token may do. Throws `ActivityLogError`. */
  readonly whoami: (credentials: Credentials) => Promise<Whoami>;
  readonly storage: CredentialStorage;
};

/** Knows who is signed in, and lets requests wait for a new token when the API refuses the present one. */
export class SessionStore extends EventTarget {
  readonly #ports: SessionPorts;
  #state: SessionState = { kind: "signed_out" };

  constructor(ports: SessionPorts) {
    super();
    this.#ports = ports;
  }

  /** Each change is announced by an event `change`. */
  get state(): SessionState {
    return this.#state;
  }

  /** Signs in with the credentials that this tab has kept. */
  async restore(): Promise<void> {
    const credentials = loadCredentials(this.#ports.storage);
    if (credentials === null) return;
    this.#update({ kind: "restoring" });
    try {
      this.#update({ kind: "signed_in", session: await this.#check(credentials) });
    } catch {
      this.signOut();
    }
  }

  /** Signs in. Throws `ActivityLogError` if the API refuses the token, and stays as it was. */
  async signIn(credentials: Credentials, isKept: boolean): Promise<void> {
    const session = await this.#check(credentials);
    saveCredentials(this.#ports.storage, isKept ? { token: session.token, org: session.org } : null);
    this.#update({ kind: "signed_in", session });
  }

  signOut(): void {
    saveCredentials(this.#ports.storage, null);
    this.#update({ kind: "signed_out" });
  }

  /**
   * Waits for another token than the refused one. Resolves to whether there is one for the same organisation: the request
   * of one organisation is never repeated with the token of another. Rejects with the reason of the signal.
   */
  async renewToken(refused: string, signal: AbortSignal | null): Promise<boolean> {
    if (this.#state.kind === "signed_in" && this.#state.session.token === refused) {
      saveCredentials(this.#ports.storage, null);
      this.#update({ kind: "expired", session: this.#state.session });
    }
    if (this.#state.kind !== "expired") return this.#isRenewed(refused, null);
    const { org } = this.#state.session;
    await this.#nextChange(signal);
    return this.#isRenewed(refused, org);
  }

  #isRenewed(refused: string, org: string | null): boolean {
    if (this.#state.kind !== "signed_in") return false;
    const { session } = this.#state;
    return session.token !== refused && (org === null || session.org === org);
  }

  #nextChange(signal: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.removeEventListener("change", change);
        reject(signal?.reason);
      };
      const change = () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      this.addEventListener("change", change, { once: true });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Viewer tokens say themselves what they may do: the API has no `whoami` for them. */
  async #check(credentials: Credentials): Promise<Session> {
    const { token } = credentials;
    const claims = parseViewerTokenClaims(token);
    if (claims !== null) return { token, kind: "viewer", userId: null, ...claims };
    const { org_id, user_id, scopes } = await this.#ports.whoami(credentials);
    return { token, kind: "personal", org: org_id, userId: user_id, scopes };
  }

  #update(state: SessionState): void {
    this.#state = state;
    this.dispatchEvent(new Event("change"));
  }
}
