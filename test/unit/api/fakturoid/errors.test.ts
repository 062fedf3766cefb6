import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/fakturoid/errors.ts";
import { renderOauthError } from "#shared/api/oauth/errors.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { aRequest } from "#test/support/builders.ts";

type Table = Readonly<Record<ErrorCode, readonly [number, string]>>;

const reading: Table = {
  invalid_value: [400, "invalid_request"],
  required_field: [400, "invalid_request"],
  too_broad: [400, "invalid_request"],
  unauthenticated: [401, "unauthorized"],
  scope_missing: [403, "forbidden"],
  outside_viewer_limits: [403, "forbidden"],
  org_mismatch: [403, "forbidden"],
  org_suspended: [403, "forbidden"],
  not_sealed: [404, "not_found"],
  not_found: [404, "not_found"],
  method_not_allowed: [405, "method_not_allowed"],
  conflict: [409, "conflict"],
  too_large: [413, "payload_too_large"],
  unsupported_media_type: [415, "unsupported_media_type"],
  rate_limited: [429, "too_many_requests"],
  unavailable: [503, "service_unavailable"],
};

/** RFC 6749, section 5.2, has words of its own for clients. */
const oauth: Table = {
  ...reading,
  unauthenticated: [401, "invalid_client"],
  org_suspended: [400, "unauthorized_client"],
};

// `Object.keys` widens to text: the table above has every code, and no other.
const codes = Object.keys(reading) as ErrorCode[];

describe.each([
  ["reading", renderError, reading],
  ["OAuth", renderOauthError, oauth],
] as const)("renderError and renderOauthError, error of %s", (_, render, table) => {
  it.each(codes)("%s returns its status and exactly the keys error and error_description", (code) => {
    const [status, error] = table[code];
    const response = render(new ActivityError(code, "What went wrong."), aRequest("/"));
    expect(response.status).toBe(status);
    expect(response.body).toBe(JSON.stringify({ error, error_description: "What went wrong." }));
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  it("returns WWW-Authenticate with 401 only", () => {
    for (const code of codes) {
      const { status, headers } = render(new ActivityError(code, "No."), aRequest("/"));
      const scheme = render === renderOauthError ? /^Basic\b/ : /^Bearer\b/;
      if (status === 401) expect(headers["www-authenticate"]).toMatch(scheme);
      else expect(headers).not.toHaveProperty("www-authenticate");
    }
  });

  it("returns Retry-After and Allow when the error has them", () => {
    const busy = render(new ActivityError("unavailable", "Busy.", { retryAfter: 2 }), aRequest("/"));
    expect(busy.headers["retry-after"]).toBe("2");
    const refused = render(new ActivityError("method_not_allowed", "No.", { allow: "POST" }), aRequest("/"));
    expect(refused.headers.allow).toBe("POST");
    const { headers } = render(new ActivityError("not_found", "No."), aRequest("/"));
    expect(Object.keys(headers)).toEqual(["content-type"]);
  });

  it.each<unknown>([
    new Error("the password is hunter2"),
    new TypeError("x is undefined", { cause: new Error("arn:aws:dynamodb:…") }),
    "hunter2",
    undefined,
    null,
    { code: "not_found", message: "hunter2", context: { retryAfter: 1 } },
  ])("hides the message of a defect and names the request id", (error) => {
    expect(render(error, aRequest("/"))).toEqual({
      status: 500,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({
        error: "internal_error",
        error_description: "Internal error. Quote request req-1 when you report it.",
      }),
    });
  });

  it("hides the cause and the details of an error", () => {
    const context = { cause: new Error("hunter2"), details: { table: "hunter2" }, field: "hunter2" };
    const { headers, body } = render(
      new ActivityError("unavailable", "The store is busy or away.", context),
      aRequest("/"),
    );
    expect(JSON.stringify({ headers, body })).not.toContain("hunter2");
  });

  it("returns valid JSON for any message", () => {
    const message = 'Required header "User-Agent" is missing \\ \u0000';
    const { body } = render(new ActivityError("required_field", message), aRequest("/"));
    expect(JSON.parse(body).error_description).toBe(message);
  });
});

it("renderOauthError returns unsupported_grant_type for grant_type and invalid_request for other fields", () => {
  const render = (field: string) =>
    renderOauthError(new ActivityError("invalid_value", "No.", { field }), aRequest("/"));
  expect(render("grant_type")).toMatchObject({
    status: 400,
    body: '{"error":"unsupported_grant_type","error_description":"No."}',
  });
  expect(JSON.parse(render("token").body).error).toBe("invalid_request");
});
