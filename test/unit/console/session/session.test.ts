import { describe, expect, it, vi } from "vitest";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { createSessionFetch } from "#clients/console/api/session-fetch.ts";
import { openStorage } from "#clients/console/app/browser-storage.ts";
import { type CredentialStorage, loadCredentials, saveCredentials } from "#clients/console/session/credentials.ts";
import { hasScope, isRenewal, type Session } from "#clients/console/session/session.ts";
import { SessionStore } from "#clients/console/session/session-store.ts";
import { parseViewerTokenClaims } from "#clients/console/session/viewer-token-claims.ts";

function aStorage(content: Record<string, string> = {}): CredentialStorage & { readonly content: typeof content } {
  return {
    content,
    getItem: (key) => content[key] ?? null,
    setItem(key, value) {
      content[key] = value;
    },
    removeItem(key) {
      delete content[key];
    },
  };
}

const users: Readonly<Record<string, { org_id: string; user_id: string }>> = {
  one: { org_id: "org_1", user_id: "usr_1" },
  two: { org_id: "org_1", user_id: "usr_1" },
  colleague: { org_id: "org_1", user_id: "usr_2" },
  other: { org_id: "org_2", user_id: "usr_1" },
};

/** `answer` resolves before each response of the API, or rejects with an error. */
function aStore(storage = aStorage(), answer: () => Promise<void> = async () => undefined) {
  const store = new SessionStore({
    storage,
    async whoami({ token }) {
      await answer();
      const user = users[token];
      if (user === undefined) throw new ActivityLogError("unauthenticated", "Unknown.");
      return { token_id: "tok_1", ...user, scopes: ["AIBooks.activity.READ"], tier: "DEFAULT" };
    },
    tryViewerToken: answer,
  });
  return { store, storage };
}

/** Returns the session of a store, which must be signed in. */
function sessionOf({ state }: SessionStore): Session {
  if (state.kind !== "signed_in") throw new Error(`The state is ${state.kind}.`);
  return state.session;
}

const viewerToken = (claims: object) =>
  `aibooks_view_0123456789abcdef.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${"x".repeat(86)}`;

const signInWith = (token: string) => ({ token, org: null });

describe("SessionStore", () => {
  it("signs in with what the API says of the token", async () => {
    const { store, storage } = aStore();
    await store.signIn(signInWith("one"), false);
    expect(store.state).toEqual({
      kind: "signed_in",
      session: {
        token: "one",
        kind: "personal",
        org: "org_1",
        userId: "usr_1",
        grant: null,
        scopes: ["AIBooks.activity.READ"],
      },
    });
    expect(storage.content).toEqual({});
  });

  it("stays signed out when the API refuses the token", async () => {
    const { store, storage } = aStore();
    await expect(store.signIn(signInWith("bad"), true)).rejects.toThrow("Unknown.");
    expect(store.state.kind).toBe("signed_out");
    expect(storage.content).toEqual({});
  });

  it("restores a kept token, and forgets it at sign out", async () => {
    const first = aStore();
    await first.store.signIn(signInWith("one"), true);
    const second = aStore(first.storage);
    await second.store.restore();
    expect(second.store.state.kind).toBe("signed_in");
    second.store.signOut();
    expect(first.storage.content).toEqual({});
  });

  it("forgets a kept token that the API refuses", async () => {
    const storage = aStorage();
    saveCredentials(storage, signInWith("bad"));
    const { store } = aStore(storage);
    await store.restore();
    expect([store.state.kind, storage.content]).toEqual(["signed_out", {}]);
  });

  it("keeps a token that could not be checked", async () => {
    const storage = aStorage();
    saveCredentials(storage, signInWith("one"));
    const { store } = aStore(storage, () => Promise.reject(new ActivityLogError("network", "Offline.")));
    await store.restore();
    expect(store.state.kind).toBe("unchecked");
    expect(loadCredentials(storage)).toEqual(signInWith("one"));
  });

  it("stays signed out when the reader signs out during a sign-in", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { store, storage } = aStore(aStorage(), () => promise);
    const signingIn = store.signIn(signInWith("one"), true);
    store.signOut();
    resolve();
    await signingIn;
    expect([store.state.kind, storage.content]).toEqual(["signed_out", {}]);
  });

  it("signs in with the later of two tokens, whichever is checked first", async () => {
    const first = Promise.withResolvers<void>();
    const answers = [first.promise, Promise.resolve()];
    const { store } = aStore(aStorage(), () => answers.shift() ?? Promise.resolve());
    const [slow, fast] = [store.signIn(signInWith("other"), false), store.signIn(signInWith("one"), false)];
    await fast;
    first.resolve();
    await slow;
    expect(sessionOf(store).token).toBe("one");
  });

  it("signs in with what a viewer token says of itself, if the API accepts it", async () => {
    const token = viewerToken({ org_id: "org_9", scopes: ["AIBooks.webhooks.MANAGE"] });
    const { store } = aStore();
    await store.signIn(signInWith(token), false);
    expect(store.state).toMatchObject({
      session: { kind: "viewer", org: "org_9", scopes: ["AIBooks.webhooks.MANAGE"] },
    });
    const refuse = () => Promise.reject(new ActivityLogError("unauthenticated", "Expired."));
    const invented = aStore(aStorage(), refuse);
    await expect(invented.store.signIn(signInWith(token), true)).rejects.toThrow("Expired.");
    expect([invented.store.state.kind, invented.storage.content]).toEqual(["signed_out", {}]);
  });
});

describe("SessionStore › renewal", () => {
  async function signedIn() {
    const { store } = aStore();
    await store.signIn(signInWith("one"), false);
    return { store, session: sessionOf(store) };
  }

  it("repeats a refused request with the new token of the same user", async () => {
    const { store, session } = await signedIn();
    const waiting = Promise.all([store.renewToken(session, "one", null), store.renewToken(session, "one", null)]);
    expect(store.state.kind).toBe("expired");
    await store.signIn(signInWith("two"), false);
    expect(await waiting).toEqual([true, true]);
    expect(await store.renewToken(session, "one", null)).toBe(true);
    expect(store.tokenOf(session)).toBe("two");
  });

  it.each([
    ["another organisation signs in", (store: SessionStore) => store.signIn(signInWith("other"), false)],
    ["a colleague signs in", (store: SessionStore) => store.signIn(signInWith("colleague"), false)],
    ["the reader signs out", async (store: SessionStore) => store.signOut()],
  ])("gives up when %s", async (_, act) => {
    const { store, session } = await signedIn();
    const waiting = store.renewToken(session, "one", null);
    await act(store);
    expect(await waiting).toBe(false);
    expect(store.tokenOf(session)).toBeNull();
  });

  it.each(["other", "colleague"])("never repeats a request that is refused after %s has signed in", async (token) => {
    const { store, session } = await signedIn();
    store.signOut();
    await store.signIn(signInWith(token), false);
    expect(await store.renewToken(session, "one", null)).toBe(false);
    expect(store.tokenOf(session)).toBeNull();
    expect(store.state.kind).toBe("signed_in");
  });

  it.each([
    ["repeats", { contact_id: "con_1", expires_at: "later" }, true],
    ["never repeats", { contact_id: "con_2" }, false],
    ["never repeats", { contact_id: "con_1", entity_id: "inv_1" }, false],
    ["never repeats", { contact_id: "con_1", issuer_token_id: "tok_2" }, false],
  ])("%s a request with a viewer token of %j", async (_, claims, isRepeated) => {
    const { store } = aStore();
    const tokenWith = (other: object) =>
      viewerToken({ org_id: "org_1", issuer_token_id: "tok_1", scopes: [], ...other });
    const [old, other] = [tokenWith({ contact_id: "con_1" }), tokenWith(claims)];
    await store.signIn(signInWith(old), false);
    const session = sessionOf(store);
    const waiting = store.renewToken(session, old, null);
    await store.signIn(signInWith(other), false);
    expect(await waiting).toBe(isRepeated);
    expect(isRenewal(session, sessionOf(store))).toBe(isRepeated);
  });

  it("ends the wait of a page that is left", async () => {
    const { store, session } = await signedIn();
    const abort = new AbortController();
    const waiting = store.renewToken(session, "one", abort.signal);
    abort.abort(new Error("left"));
    await expect(waiting).rejects.toThrow("left");
  });
});

describe("createSessionFetch", () => {
  it("sends the present token, and the new one after a refusal", async () => {
    let token = "old";
    const sent: (string | null)[] = [];
    const fetch = createSessionFetch({
      getToken: () => token,
      async renewToken(refused) {
        token = "new";
        return refused === "old";
      },
      async fetch(_, init) {
        const header = new Headers(init?.headers).get("authorization");
        sent.push(header);
        return new Response(null, { status: header === "Bearer new" ? 200 : 401 });
      },
    });
    expect((await fetch("http://api.invalid/")).status).toBe(200);
    expect(sent).toEqual(["Bearer old", "Bearer new"]);
  });

  it("sends nothing after the end of the session", async () => {
    const send = vi.fn<typeof globalThis.fetch>();
    const fetch = createSessionFetch({ getToken: () => null, renewToken: async () => true, fetch: send });
    expect((await fetch("http://api.invalid/")).status).toBe(401);
    expect(send).not.toHaveBeenCalled();
  });

  it("returns the refusal when there is no new token", async () => {
    const fetch = createSessionFetch({
      getToken: () => "old",
      renewToken: async () => false,
      fetch: async () => new Response(null, { status: 401 }),
    });
    expect((await fetch("http://api.invalid/")).status).toBe(401);
  });
});

describe("credentials", () => {
  it.each(["", "{", "null", "[]", '{"token":1,"org":null}', '{"token":"x"}'])("ignores %j", (text) => {
    expect(loadCredentials(aStorage({ "activity-log.credentials": text }))).toBeNull();
  });

  it("does without a storage that the browser denies", () => {
    const denied = () => {
      throw new Error("denied");
    };
    const storage = { getItem: denied, setItem: denied, removeItem: denied };
    expect(loadCredentials(storage)).toBeNull();
    expect(() => saveCredentials(storage, signInWith("one"))).not.toThrow();
  });
});

describe("openStorage", () => {
  it("keeps items in memory if the browser blocks site data", () => {
    const storage = openStorage(() => {
      throw new DOMException("Access is denied for this document.", "SecurityError");
    });
    storage.setItem("key", "value");
    expect(storage.getItem("key")).toBe("value");
    storage.removeItem("key");
    expect(storage.getItem("key")).toBeNull();
  });
});

describe("isRenewal", () => {
  it("is true for another token of the same user with the same scopes", () => {
    const session = {
      token: "1",
      kind: "personal",
      org: "org_1",
      userId: "usr_1",
      grant: null,
      scopes: ["a"],
    } as const;
    expect(isRenewal(session, { ...session, token: "2" })).toBe(true);
    for (const other of [{ org: "org_2" }, { userId: "usr_2" }, { kind: "viewer" as const }, { scopes: ["b"] }]) {
      expect(isRenewal(session, { ...session, ...other })).toBe(false);
    }
  });
});

describe("parseViewerTokenClaims", () => {
  it.each(["aibooks_pat_x", "aibooks_view_0123456789abcdef.e30.x", "aibooks_view_0123456789abcdef.!.x"])(
    "is null for %s",
    (token) => expect(parseViewerTokenClaims(token)).toBeNull(),
  );
});

describe("hasScope", () => {
  const session = { token: "", kind: "personal", org: "org_1", userId: null, grant: null } as const;

  it("is true for a scope, for full access, and where none is needed", () => {
    const read = { ...session, scopes: ["AIBooks.activity.READ"] };
    expect(hasScope(read, "AIBooks.activity.READ")).toBe(true);
    expect(hasScope(read, "AIBooks.webhooks.MANAGE")).toBe(false);
    expect(hasScope(read, null)).toBe(true);
    expect(hasScope({ ...session, scopes: ["AIBooks.fullaccess.all"] }, "AIBooks.webhooks.MANAGE")).toBe(true);
  });
});
