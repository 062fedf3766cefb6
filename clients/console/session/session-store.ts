import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { type CredentialStorage, type Credentials, loadCredentials, saveCredentials } from "./credentials.ts";
import { isSameUser, type Session, type SessionState } from "./session.ts";
import { parseViewerTokenClaims, type ViewerTokenClaims } from "./viewer-token-claims.ts";

type Whoami = Schemas["Whoami"]["token"];

export type SessionPorts = {
  /** Asks the API what an access token may do. Throws `ActivityLogError`. */
  readonly whoami: (credentials: Credentials) => Promise<Whoami>;
  /** Sends a request that the API answers if a viewer token is valid here. Throws `ActivityLogError`. */
  readonly tryViewerToken: (credentials: Credentials, claims: ViewerTokenClaims) => Promise<void>;
  readonly storage: CredentialStorage;
};

/** Knows who is signed in, and lets requests wait for a new token when the API refuses the present one. */
export class SessionStore extends EventTarget {
  readonly #ports: SessionPorts;
  #state: SessionState = { kind: "signed_out" };
  /** Counts sign-ins and sign-outs: a check that ends after a later one of them changes nothing. */
  #attempt = 0;

  constructor(ports: SessionPorts) {
    super();
    this.#ports = ports;
  }

  /** Each change is announced by an event `change`. */
  get state(): SessionState {
    return this.#state;
  }

  /** Signs in with the credentials that this tab has kept. They stay kept if they could not be checked. */
  async restore(): Promise<void> {
    const credentials = loadCredentials(this.#ports.storage);
    if (credentials === null) return;
    const attempt = ++this.#attempt;
    this.#update({ kind: "restoring" });
    try {
      const session = await this.#check(credentials);
      if (attempt === this.#attempt) this.#update({ kind: "signed_in", session });
    } catch (error) {
      if (!(error instanceof ActivityLogError)) throw error;
      if (attempt !== this.#attempt) return;
      if (isRefusal(error)) this.signOut();
      else this.#update({ kind: "unchecked", error });
    }
  }

  /**
   * Signs in, unless the reader signs out or signs in otherwise meanwhile. Throws `ActivityLogError` if the API refuses the
   * token, and stays as it was.
   */
  async signIn(credentials: Credentials, isKept: boolean): Promise<void> {
    const attempt = ++this.#attempt;
    const session = await this.#check(credentials);
    if (attempt !== this.#attempt) return;
    saveCredentials(this.#ports.storage, isKept ? { token: session.token, org: session.org } : null);
    this.#update({ kind: "signed_in", session });
  }

  signOut(): void {
    this.#attempt++;
    saveCredentials(this.#ports.storage, null);
    this.#update({ kind: "signed_out" });
  }

  /** Returns the present token of the user of a session; `null` if that user is not signed in. */
  tokenOf(session: Session): string | null {
    const { state } = this;
    if (state.kind !== "signed_in" && state.kind !== "expired") return null;
    return isSameUser(session, state.session) ? state.session.token : null;
  }

  /**
   * Waits for another token than the refused one of a session. Resolves to whether its user has one: a request of one user is
   * never repeated for another. Rejects with the reason of the signal.
   */
  async renewToken(session: Session, refused: string, signal: AbortSignal | null): Promise<boolean> {
    if (this.#state.kind === "signed_in" && this.#state.session.token === refused) {
      saveCredentials(this.#ports.storage, null);
      this.#update({ kind: "expired", session: this.#state.session });
    }
    if (this.#state.kind === "expired" && isSameUser(session, this.#state.session)) await this.#nextChange(signal);
    const token = this.#state.kind === "signed_in" ? this.tokenOf(session) : null;
    return token !== null && token !== refused;
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
    if (claims !== null) {
      await this.#ports.tryViewerToken(credentials, claims);
      return { token, kind: "viewer", userId: null, ...claims };
    }
    const { org_id, user_id, scopes } = await this.#ports.whoami(credentials);
    return { token, kind: "personal", org: org_id, userId: user_id, grant: null, scopes };
  }

  #update(state: SessionState): void {
    this.#state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** Whether the API has refused a token, so that it is of no use. */
function isRefusal({ code }: ActivityLogError): boolean {
  return code === "unauthenticated" || code === "forbidden" || code === "invalid_request";
}
