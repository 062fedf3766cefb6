import { describe, expect, it } from "vitest";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { createSessionFetch } from "#clients/console/api/session-fetch.ts";
import { type CredentialStorage, loadCredentials, saveCredentials } from "#clients/console/session/credentials.ts";
import { hasScope } from "#clients/console/session/session.ts";
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

const orgs: Readonly<Record<string, string>> = { one: "org_1", two: "org_1", other: "org_2" };

function aStore(storage = aStorage()) {
  const store = new SessionStore({
    storage,
    async whoami({ token }) {
      const org_id = orgs[token];
      if (org_id === undefined) throw new ActivityLogError("unauthenticated", "Unknown.");
      return { token_id: "tok_1", org_id, user_id: "usr_1", scopes: ["AIBooks.activity.READ"], tier: "DEFAULT" };
    },
  });
  return { store, storage };
}

const signInWith = (token: string) => ({ token, org: null });

describe("SessionStore", () => {
  it("signs in with what the API says of the token", async () => {
    const { store, storage } = aStore();
    await store.signIn(signInWith("one"), false);
    expect(store.state).toEqual({
      kind: "signed_in",
      session: { token: "one", kind: "personal", org: "org_1", userId: "usr_1", scopes: ["AIBooks.activity.READ"] },
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

  it("signs in with what a viewer token says of itself", async () => {
    const payload = Buffer.from(JSON.stringify({ org_id: "org_9", scopes: ["AIBooks.webhooks.MANAGE"] }));
    const token = `aibooks_view_0123456789abcdef.${payload.toString("base64url")}.${"x".repeat(86)}`;
    const { store } = aStore();
    await store.signIn(signInWith(token), false);
    expect(store.state).toMatchObject({
      session: { kind: "viewer", org: "org_9", scopes: ["AIBooks.webhooks.MANAGE"] },
    });
  });
});

describe("SessionStore › renewal", () => {
  it("repeats a refused request with the new token of the same organisation", async () => {
    const { store } = aStore();
    await store.signIn(signInWith("one"), false);
    const waiting = Promise.all([store.renewToken("one", null), store.renewToken("one", null)]);
    expect(store.state.kind).toBe("expired");
    await store.signIn(signInWith("two"), false);
    expect(await waiting).toEqual([true, true]);
    expect(await store.renewToken("one", null)).toBe(true);
  });

  it.each([
    ["another organisation signs in", (store: SessionStore) => store.signIn(signInWith("other"), false)],
    ["the reader signs out", async (store: SessionStore) => store.signOut()],
  ])("gives up when %s", async (_, act) => {
    const { store } = aStore();
    await store.signIn(signInWith("one"), false);
    const waiting = store.renewToken("one", null);
    await act(store);
    expect(await waiting).toBe(false);
  });

  it("ends the wait of a page that is left", async () => {
    const { store } = aStore();
    await store.signIn(signInWith("one"), false);
    const abort = new AbortController();
    const waiting = store.renewToken("one", abort.signal);
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

describe("parseViewerTokenClaims", () => {
  it.each(["aibooks_pat_x", "aibooks_view_0123456789abcdef.e30.x", "aibooks_view_0123456789abcdef.!.x"])(
    "is null for %s",
    (token) => expect(parseViewerTokenClaims(token)).toBeNull(),
  );
});

describe("hasScope", () => {
  const session = { token: "", kind: "personal", org: "org_1", userId: null } as const;

  it("is true for a scope, for full access, and where none is needed", () => {
    const read = { ...session, scopes: ["AIBooks.activity.READ"] };
    expect(hasScope(read, "AIBooks.activity.READ")).toBe(true);
    expect(hasScope(read, "AIBooks.webhooks.MANAGE")).toBe(false);
    expect(hasScope(read, null)).toBe(true);
    expect(hasScope({ ...session, scopes: ["AIBooks.fullaccess.all"] }, "AIBooks.webhooks.MANAGE")).toBe(true);
  });
});
