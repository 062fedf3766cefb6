import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { aRequest } from "#test/support/builders.ts";

/** The error table of the contract. */
const table: Readonly<Record<ErrorCode, readonly [number, string]>> = {
  invalid_value: [400, "validation.invalid_value"],
  unsupported_media_type: [400, "validation.invalid_value"],
  too_broad: [400, "validation.invalid_value"],
  required_field: [400, "validation.required_field"],
  unauthenticated: [401, "authn.token_invalid"],
  scope_missing: [403, "authz.scope_missing"],
  outside_viewer_limits: [403, "authz.outside_viewer_limits"],
  org_mismatch: [403, "authz.org_mismatch"],
  org_suspended: [403, "authz.org_mismatch"],
  not_found: [404, "not_found.resource"],
  not_sealed: [404, "not_found.not_sealed"],
  method_not_allowed: [405, "method.not_allowed"],
  conflict: [409, "conflict.duplicate"],
  too_large: [413, "validation.too_large"],
  rate_limited: [429, "rate_limit.exceeded"],
  unavailable: [503, "service.unavailable"],
};

// `Object.keys` widens to text: the table above has every code, and no other.
const codes = Object.keys(table) as ErrorCode[];

describe.each(codes)("renderError, %s", (code) => {
  const [status, name] = table[code];
  const response = renderError(new ActivityError(code, "What went wrong."), aRequest("/"));

  it(`returns ${status} ${name}`, () => {
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ code: name, message: "What went wrong." });
    expect(response.headers["content-type"]).toBe("application/json");
  });

  it("returns request_id with 5xx only", () => {
    expect(JSON.parse(response.body).request_id).toBe(status >= 500 ? "req-1" : undefined);
  });
});

it("renderError returns the contract's sample", () => {
  const error = new ActivityError("invalid_value", "Unknown entity_type 'FOO'.", {
    field: "entity_type",
    details: { valid: documentTypes },
  });
  expect(renderError(error, aRequest("/")).body).toBe(
    '{"code":"validation.invalid_value","message":"Unknown entity_type \'FOO\'.","field":"entity_type","details":{"valid":' +
      '["INVOICE","BILL","ESTIMATE","CREDIT_NOTE","DEBIT_NOTE","SALES_ORDER","PURCHASE_ORDER","PAYMENT","RECEIPT","EXPENSE",' +
      '"JOURNAL","CONTACT","ITEM","ATTACHMENT"]}}',
  );
});

it("renderError omits absent fields", () => {
  const { headers, body } = renderError(new ActivityError("scope_missing", "No."), aRequest("/"));
  expect(body).toBe('{"code":"authz.scope_missing","message":"No."}');
  expect(Object.keys(headers)).toEqual(["content-type"]);
});

it("renderError returns Retry-After and Allow when the error has them", () => {
  const retried = renderError(new ActivityError("unavailable", "Busy.", { retryAfter: 2 }), aRequest("/"));
  expect(retried.headers["retry-after"]).toBe("2");
  const refused = renderError(new ActivityError("method_not_allowed", "No.", { allow: "GET" }), aRequest("/"));
  expect(refused.headers.allow).toBe("GET");
});

describe("renderError, defect", () => {
  it.each<unknown>([
    new Error("the password is hunter2"),
    new TypeError("x is undefined", { cause: new Error("arn:aws:dynamodb:…") }),
    "hunter2",
    undefined,
    null,
    { code: "not_found", message: "hunter2" },
  ])("hides the message", (error) => {
    expect(renderError(error, aRequest("/"))).toEqual({
      status: 500,
      headers: { "content-type": "application/json" },
      body: '{"code":"internal.error","message":"Internal error. Quote request_id when you report it.","request_id":"req-1"}',
    });
  });
});

it("renderError hides the cause of an error", () => {
  const error = new ActivityError("unavailable", "The store is busy or away.", { cause: new Error("hunter2") });
  const { headers, body } = renderError(error, aRequest("/"));
  expect(JSON.stringify({ headers, body })).not.toContain("hunter2");
});
