import { describe, expect, it } from "vitest";
import { createFakturoidClient } from "#clients/client/client.ts";
import { createFakeApi, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

/** An API that issues `token-1`, `token-2` …, and accepts all of them but the revoked ones. */
function createIssuer() {
  const revoked = new Set<string>();
  let issued = 0;
  const api = createFakeApi(({ method, headers }) => {
    if (method === "POST") {
      issued += 1;
      return jsonResponse({ access_token: `token-${issued}`, token_type: "Bearer", expires_in: 7_200 });
    }
    const isRevoked = revoked.has(headers.get("authorization")?.replace("Bearer ", "") ?? "");
    return isRevoked
      ? jsonResponse({ error: "unauthorized", error_description: "no" }, 401)
      : jsonResponse({ accounts: [] });
  });
  const options = { ...api.options, clientId: "id", clientSecret: "sécret", userAgent: "Tests (tests@example.com)" };
  const sent = () =>
    api.requests.map(({ method, headers }) => (method === "POST" ? "token" : headers.get("authorization")));
  return { api, revoked, sent, client: createFakturoidClient(options) };
}

describe("the access token of a Fakturoid client", () => {
  it("is requested once with the client's credentials, and kept", async () => {
    const { api, client, sent } = createIssuer();
    await client.user();
    await client.user();
    expect(sent()).toEqual(["token", "Bearer token-1", "Bearer token-1"]);
    const [request] = api.requests;
    expect(request?.headers.get("authorization")).toBe(`Basic ${Buffer.from("id:sécret").toString("base64")}`);
    expect(request?.body).toEqual({ grant_type: "client_credentials" });
    expect(api.requests.map(({ headers }) => headers.get("user-agent"))).toEqual(
      Array(3).fill("Tests (tests@example.com)"),
    );
  });

  it("is shared by concurrent requests", async () => {
    const { client, sent } = createIssuer();
    await Promise.all([client.user(), client.user(), client.user()]);
    expect(sent()).toEqual(["token", ...Array(3).fill("Bearer token-1")]);
  });

  it("is renewed a minute before it expires", async () => {
    const { api, client, sent } = createIssuer();
    await client.user();
    api.advance(7_200_000 - 60_001);
    await client.user();
    api.advance(1);
    await client.user();
    expect(sent()).toEqual(["token", "Bearer token-1", "Bearer token-1", "token", "Bearer token-2"]);
  });

  it("is replaced once when the API refuses it", async () => {
    const { client, revoked, sent } = createIssuer();
    await client.user();
    revoked.add("token-1");
    await client.user();
    expect(sent()).toEqual(["token", "Bearer token-1", "Bearer token-1", "token", "Bearer token-2"]);
    revoked.add("token-2").add("token-3");
    expect(await rejectionOf(client.user())).toMatchObject({ code: "unauthenticated", apiCode: "unauthorized" });
    expect(sent().slice(5)).toEqual(["Bearer token-2", "token", "Bearer token-3"]);
  });

  it("is requested again after a failed request", async () => {
    let fails = true;
    const api = createFakeApi(({ method }) => {
      if (method !== "POST") return jsonResponse({ accounts: [] });
      return fails
        ? jsonResponse({ error: "invalid_client" }, 401)
        : jsonResponse({ access_token: "t", expires_in: 60 });
    });
    const client = createFakturoidClient({ ...api.options, clientId: "i", clientSecret: "s", userAgent: "Tests" });
    expect(await rejectionOf(client.user())).toMatchObject({ code: "unauthenticated" });
    fails = false;
    expect(await client.user()).toEqual({ accounts: [] });
  });

  it("is requested again when the API is unavailable", async () => {
    const api = createFakeApi(({ method }, at) => {
      if (at === 0) return jsonResponse({ error: "temporarily_unavailable" }, 503, { "retry-after": "2" });
      return method === "POST"
        ? jsonResponse({ access_token: "t", expires_in: 7_200 })
        : jsonResponse({ accounts: [] });
    });
    const client = createFakturoidClient({ ...api.options, clientId: "i", clientSecret: "s", userAgent: "Tests" });
    expect(await client.user()).toEqual({ accounts: [] });
    expect(api.sleeps).toEqual([2_500]);
  });

  it("is still awaited by other requests when one of them is aborted", async () => {
    const { client, sent } = createIssuer();
    const controller = new AbortController();
    const aborted = client.user({ signal: controller.signal });
    const other = client.user();
    controller.abort(new Error("enough"));
    expect(await rejectionOf(aborted)).toEqual(new Error("enough"));
    expect(await other).toEqual({ accounts: [] });
    expect(sent()).toEqual(["token", "Bearer token-1"]);
  });
});
