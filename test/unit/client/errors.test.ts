import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ActivityLogError,
  createFakturoidClient,
  createFinzbooksClient,
  createSimplybooksClient,
} from "#clients/client/client.ts";
import { renderError as renderFakturoidError } from "#shared/api/fakturoid/errors.ts";
import { renderError as renderFinzbooksError } from "#shared/api/finzbooks/errors.ts";
import { renderError as renderSimplybooksError } from "#shared/api/simplybooks/errors.ts";
import { ActivityError } from "#shared/errors.ts";
import { createFakeApi, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

/** The error of a client of FinzBooks whose API gives this response. */
async function errorOf(response: () => Response): Promise<unknown> {
  const { options } = createFakeApi(response);
  return rejectionOf(createFinzbooksClient({ ...options, maxRetries: 0, token: "secret" }).whoami());
}

const requestId = "Kx3bTjQeoAMEVvg=";
const invalid = new ActivityError("invalid_value", "Unknown entity_type 'FOO'.", {
  field: "entity_type",
  details: { valid: ["INVOICE"] },
});

describe("ActivityLogError", () => {
  it("has what the FinzBooks dialect states", async () => {
    const { status, headers, body } = renderFinzbooksError(invalid, { requestId });
    const error = await errorOf(
      () => new Response(body, { status, headers: { ...headers, "x-request-id": requestId } }),
    );
    expect(error).toBeInstanceOf(ActivityLogError);
    expect(error).toMatchObject({
      code: "invalid_request",
      status: 400,
      apiCode: "validation.invalid_value",
      message: "Unknown entity_type 'FOO'.",
      field: "entity_type",
      details: { valid: ["INVOICE"] },
      requestId,
    });
  });

  it("has what the Fakturoid dialect states", async () => {
    const denied = new ActivityError("scope_missing", "The token lacks a scope.");
    const { status, headers, body } = renderFakturoidError(denied, { requestId });
    const token = { access_token: "a", expires_in: 7_200 };
    const { options } = createFakeApi(({ method }) =>
      method === "POST" ? jsonResponse(token) : new Response(body, { status, headers }),
    );
    const client = createFakturoidClient({ ...options, clientId: "i", clientSecret: "s", userAgent: "Tests" });
    expect(await rejectionOf(client.user())).toMatchObject({
      code: "forbidden",
      apiCode: "forbidden",
      message: "The token lacks a scope.",
      field: null,
    });
  });

  it("has what the SimplyBooks dialect states", async () => {
    const request = { method: "GET", path: "", query: new URLSearchParams("format=json"), headers: {}, origin: "" };
    const rendered = renderSimplybooksError(new ActivityError("not_found", "activity unknown"), {
      ...request,
      requestId,
      body: () => undefined,
    });
    const { options } = createFakeApi(() => new Response(rendered.body, { status: rendered.status }));
    const client = createSimplybooksClient({ ...options, apiKey: "secret" });
    expect(await rejectionOf(client.activities.get("1"))).toMatchObject({
      code: "not_found",
      status: 404,
      apiCode: null,
      message: "activity unknown",
    });
  });

  it("has the status when a gateway responds in another format", async () => {
    expect(await errorOf(() => new Response("<html>", { status: 502 }))).toMatchObject({
      code: "unavailable",
      message: "The API responded with status 502.",
    });
    expect(await errorOf(() => jsonResponse({ message: "Too Many Requests" }, 429))).toMatchObject({
      code: "rate_limited",
      message: "Too Many Requests",
    });
  });

  it("is an invalid_response when a success is not one of this API", async () => {
    for (const body of ["<html>", "[]", "{}", "null", "1"]) {
      expect(await errorOf(() => new Response(body))).toMatchObject({ code: "invalid_response", status: 200 });
    }
  });

  it("is an invalid_response when the API redirects, which is not followed", async () => {
    const api = createFakeApi(
      () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example" } }),
    );
    const client = createSimplybooksClient({ ...api.options, apiKey: "secret" });
    expect(await rejectionOf(client.account())).toMatchObject({ code: "invalid_response", status: 302 });
    expect(api.requests.map(({ url }) => url.host)).toEqual(["activity.example.com"]);
  });

  it("never has the credentials, whichever way a request fails", async () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9_]{24,40}$/);
    const failures = fc.constantFrom<() => Response>(
      () => jsonResponse({ message: "no" }, 401),
      () => new Response("x", { status: 500 }),
      () => new Response("{}"),
      () => {
        throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
      },
    );
    await fc.assert(
      fc.asyncProperty(secrets, failures, async (secret, fail) => {
        const { options } = createFakeApi(fail);
        const settings = { ...options, maxRetries: 0 };
        const errors = await Promise.all([
          rejectionOf(createFinzbooksClient({ ...settings, token: secret }).whoami()),
          rejectionOf(createSimplybooksClient({ ...settings, apiKey: secret }).account()),
          rejectionOf(
            createFakturoidClient({ ...settings, clientId: "i", clientSecret: secret, userAgent: "Tests" }).user(),
          ),
        ]);
        const text = inspect(errors, { depth: 10, showHidden: true });
        expect(text).not.toContain(secret);
        expect(text).not.toContain(btoa(`i:${secret}`));
      }),
    );
  });
});

describe("options of a client", () => {
  const { options } = createFakeApi(() => jsonResponse({}));

  it.each(["not a url", "ftp://example.com", "https://user:password@example.com", "https://example.com?a=b"])(
    "are refused when baseUrl is %s, without repeating it",
    (baseUrl) => {
      const create = () => createFinzbooksClient({ ...options, baseUrl, token: "secret" });
      expect(create).toThrow("baseUrl must be an http or https URL without credentials or query.");
    },
  );

  it.each(["secret\n", "sécret", "\u0000"])("are refused when the token is %j, without repeating it", (token) => {
    const create = () => createFinzbooksClient({ ...options, token });
    expect(create).toThrow(/^The value for the header authorization is empty or has invalid characters\.$/);
  });

  it("may end baseUrl in a slash or a path", async () => {
    const api = createFakeApi(() => jsonResponse({ token: {} }));
    await createFinzbooksClient({ ...api.options, baseUrl: "https://example.com/log/", token: "secret" }).whoami();
    expect(api.requests[0]?.url.href).toBe("https://example.com/log/api/public/v1/whoami");
  });
});

describe("ids in paths", () => {
  it("are encoded, and refused when they would change the path", async () => {
    const api = createFakeApi(() => jsonResponse({ endpoint: {} }));
    const { endpoints } = createFinzbooksClient({ ...api.options, token: "secret" }).webhooks;
    await endpoints.get("a/b?c");
    expect(api.requests[0]?.url.pathname).toBe("/api/public/v1/webhooks/endpoints/a%2Fb%3Fc");
    for (const id of ["", ".", "..", "\ud800"]) {
      expect(await rejectionOf(endpoints.delete(id))).toMatchObject({ code: "invalid_request" });
    }
    expect(api.requests).toHaveLength(1);
  });

  it("and the collections before them are encoded", async () => {
    const page = { activity: [], page_context: { has_more_page: false } };
    const api = createFakeApi(() => jsonResponse(page));
    const { timeline } = createFinzbooksClient({ ...api.options, token: "secret" });
    const collection: string = "a/../b?c";
    // @ts-expect-error A program in JavaScript may pass any text.
    await timeline(collection, "inv_1").list();
    expect(api.requests[0]?.url.href).toMatch(/\/api\/public\/v1\/a%2F\.\.%2Fb%3Fc\/inv_1\/activity$/);
    expect(() => timeline("invoices", "\ud800")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});
