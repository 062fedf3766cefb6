import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { Retry } from "#clients/client/http/connection.ts";
import { createConsoleApi } from "#clients/console/api/console-api.ts";
import { createSessionFetch } from "#clients/console/api/session-fetch.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import type { CredentialStorage, Credentials } from "#clients/console/session/credentials.ts";
import type { Session } from "#clients/console/session/session.ts";
import { SessionStore } from "#clients/console/session/session-store.ts";
import { VerificationKeyStore } from "#clients/console/session/verification-key-store.ts";
import type { ConsoleConfig } from "./config.ts";
import type { PaletteController } from "./palette/palette-controller.ts";
import type { Router } from "./router.ts";

const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** Creates the sessions of a deployment. A sign-in that fails is not repeated: its form says why. */
export function createSessionStore({ api }: ConsoleConfig, storage: CredentialStorage): SessionStore {
  const clientOf = ({ token, org }: Credentials) => {
    const sessionFetch = createSessionFetch({ fetch, getToken: () => token, renewToken: async () => false });
    return createFinzbooksClient({ baseUrl: api, token, org: org ?? undefined, fetch: sessionFetch, maxRetries: 0 });
  };
  return new SessionStore({
    storage,
    whoami: (credentials) => clientOf(credentials).whoami(),
    async tryViewerToken(credentials, { scopes }) {
      const client = clientOf(credentials);
      if (scopes.includes("AIBooks.activity.READ")) await client.activity.list({ limit: 1 });
      else await client.webhooks.listEventTypes();
    },
  });
}

export type PageContextParts = {
  readonly config: ConsoleConfig;
  readonly storage: CredentialStorage;
  readonly sessions: SessionStore;
  readonly router: Router;
  readonly palette: Pick<PaletteController, "setCommands">;
  readonly onRetry: (retry: Retry) => void;
  setTitle(title: string): void;
};

/** Creates what the pages of a session get. */
export function createPageContext(session: Session, parts: PageContextParts): PageContext {
  const { config, storage, sessions, router, palette, onRetry, setTitle } = parts;
  const sessionFetch = createSessionFetch({
    fetch,
    getToken: () => sessions.tokenOf(session),
    renewToken: (refused, signal) => sessions.renewToken(session, refused, signal),
  });
  return {
    api: createConsoleApi({ origin: config.api, org: session.org, fetch: sessionFetch, onRetry }),
    session,
    verificationKeys: new VerificationKeyStore(storage, session.org),
    href: (path) => router.href(path),
    navigate: (path, options) => router.navigate(path, options),
    setTitle,
    setCommands: (find) => palette.setCommands(find),
  };
}
