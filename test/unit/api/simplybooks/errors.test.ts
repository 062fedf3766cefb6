import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/simplybooks/errors.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { aRequest } from "#test/support/builders.ts";

const statuses: Readonly<Record<ErrorCode, number>> = {
  invalid_value: 400,
  required_field: 400,
  unsupported_media_type: 400,
  too_broad: 400,
  too_large: 400,
  unauthenticated: 401,
  scope_missing: 403,
  outside_viewer_limits: 403,
  org_mismatch: 403,
  org_suspended: 403,
  not_found: 404,
  not_sealed: 404,
  method_not_allowed: 405,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
};

// `Object.keys` widens to text: the table above has every code, and no other.
const codes = Object.keys(statuses) as ErrorCode[];

const inXml = aRequest("/api/v1/activities");
const inJson = aRequest("/api/v1/activities?format=json");

it.each(codes)("renderError returns the status and the message of %s in both formats", (code) => {
  const error = new ActivityError(code, "What went wrong.");
  for (const [request, type, body] of [
    [inJson, "application/json; charset=utf-8", '{"error":"What went wrong."}'],
    [
      inXml,
      "application/xml; charset=utf-8",
      '<?xml version="1.0" encoding="UTF-8"?>\n<data><error>What went wrong.</error></data>',
    ],
  ] as const) {
    const response = renderError(error, request);
    expect(response).toMatchObject({ status: statuses[code], body });
    expect(response.headers["content-type"]).toBe(type);
  }
});

describe("renderError, contract sample", () => {
  const error = new ActivityError("invalid_value", "client_id unknown", { field: "client_id", details: { valid: [] } });

  it("is identical in JSON", () => {
    expect(renderError(error, inJson)).toEqual({
      status: 400,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: '{"error":"client_id unknown"}',
    });
  });

  it("is identical in XML", () => {
    expect(renderError(error, inXml)).toEqual({
      status: 400,
      headers: { "content-type": "application/xml; charset=utf-8" },
      body: '<?xml version="1.0" encoding="UTF-8"?>\n<data><error>client_id unknown</error></data>',
    });
  });
});

it("renderError uses the format of Accept, also when the parameter format is invalid", () => {
  const headers = { accept: "application/json" };
  const error = new ActivityError("invalid_value", "format unknown");
  for (const target of ["/api/v1/activities", "/api/v1/activities?format=yaml", "/?format=a&format=b"]) {
    expect(renderError(error, aRequest(target, { headers })).body).toBe('{"error":"format unknown"}');
  }
  expect(renderError(error, aRequest("/?format=yaml")).body).toContain("<error>format unknown</error>");
});

it("renderError escapes text of the caller", () => {
  const error = new ActivityError("invalid_value", '<script>"&\u0000 unknown');
  expect(renderError(error, inXml).body).toContain('<error>&lt;script&gt;"&amp; unknown</error>');
  expect(renderError(error, inJson).body).toBe('{"error":"<script>\\"&\\u0000 unknown"}');
});

describe("renderError, headers", () => {
  const headersOf = (error: ActivityError) => renderError(error, inJson).headers;

  it("contain WWW-Authenticate with 401 only", () => {
    expect(headersOf(new ActivityError("unauthenticated", "No."))["www-authenticate"]).toMatch(/^[A-Za-z]+( .+)?$/);
    for (const code of codes.filter((other) => other !== "unauthenticated")) {
      expect(headersOf(new ActivityError(code, "No."))).not.toHaveProperty("www-authenticate");
    }
  });

  it("contain Retry-After when the error has it", () => {
    expect(headersOf(new ActivityError("rate_limited", "No.", { retryAfter: 17 }))["retry-after"]).toBe("17");
    expect(headersOf(new ActivityError("unavailable", "No.", { retryAfter: 0 }))["retry-after"]).toBe("0");
    expect(headersOf(new ActivityError("unavailable", "No."))).not.toHaveProperty("retry-after");
  });

  it("contain Allow when the error has it", () => {
    expect(headersOf(new ActivityError("method_not_allowed", "No.", { allow: "GET" })).allow).toBe("GET");
    expect(headersOf(new ActivityError("not_found", "No."))).not.toHaveProperty("allow");
  });
});

describe("renderError, defect", () => {
  it.each<unknown>([
    new Error("the password is hunter2"),
    new TypeError("x is undefined", { cause: new Error("arn:aws:dynamodb:hunter2") }),
    { code: "not_found", message: "hunter2", context: { retryAfter: 1, allow: "GET" } },
    "hunter2",
    undefined,
    null,
  ])("hides the message and names the request id", (error) => {
    expect(renderError(error, inJson)).toEqual({
      status: 500,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: '{"error":"internal error: quote request req-1 when you report it"}',
    });
    expect(renderError(error, inXml)).toEqual({
      status: 500,
      headers: { "content-type": "application/xml; charset=utf-8" },
      body:
        '<?xml version="1.0" encoding="UTF-8"?>\n' +
        "<data><error>internal error: quote request req-1 when you report it</error></data>",
    });
  });
});

it("renderError hides the cause and the details of an error", () => {
  const cause = new Error("hunter2");
  const error = new ActivityError("unavailable", "The store is away.", { cause, details: { table: "hunter2" } });
  for (const request of [inJson, inXml]) expect(JSON.stringify(renderError(error, request))).not.toContain("hunter2");
});
