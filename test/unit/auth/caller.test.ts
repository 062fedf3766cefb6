import { describe, expect, it } from "vitest";
import { assertScope, resolveCaller, scopes } from "#shared/auth/caller.ts";
import { anActiveToken, aToken } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const one = anActiveToken({ org_ids: ["org_a"] });
const two = anActiveToken({ org_ids: ["org_a", "org_b"] });

describe("resolveCaller", () => {
  it.each([
    [one, null, "org_a"],
    [one, "org_a", "org_a"],
    [two, "org_a", "org_a"],
    [two, "org_b", "org_b"],
  ])("returns the organisation of the token", (token, named, org_id) => {
    expect(resolveCaller(token, named, "X-AIBooks-Org")).toEqual({ token, org_id });
  });

  it.each(["org_c", "", "ORG_A", "org_a,org_b", "org_a ", "__proto__", "constructor"])(
    "throws org_mismatch when the token is not bound to the organisation: %j",
    (named) => {
      for (const token of [one, two]) {
        expect(catchError(() => resolveCaller(token, named, "X-AIBooks-Org")).code).toBe("org_mismatch");
      }
    },
  );

  it("throws required_field when the token has several and none is named", () => {
    const error = catchError(() => resolveCaller(two, null, "X-AIBooks-Org"));
    expect([error.code, error.context.field]).toEqual(["required_field", "X-AIBooks-Org"]);
  });

  it("throws org_suspended when the named one is suspended, and required_field when another one is", () => {
    const token = anActiveToken({ org_ids: ["org_b"], suspended_org_ids: ["org_a"] });
    expect(catchError(() => resolveCaller(token, "org_a", "X-AIBooks-Org")).code).toBe("org_suspended");
    expect(catchError(() => resolveCaller(token, null, "X-AIBooks-Org")).code).toBe("required_field");
    expect(resolveCaller(token, "org_b", "X-AIBooks-Org").org_id).toBe("org_b");
  });

  it("throws required_field when the token has no organisation", () => {
    expect(catchError(() => resolveCaller(anActiveToken({ org_ids: [] }), null, "X-AIBooks-Org")).code).toBe(
      "required_field",
    );
  });
});

describe("assertScope", () => {
  it.each(scopes)("accepts a token with %s or with full access", (scope) => {
    expect(() => assertScope(aToken({ scopes: [scope] }), scope)).not.toThrow();
    expect(() => assertScope(aToken({ scopes: ["AIBooks.fullaccess.all"] }), scope)).not.toThrow();
  });

  it.each([[[]], [["AIBooks.webhooks.MANAGE"]], [["aibooks.activity.read"]], [["AIBooks.activity"]], [["*"]]])(
    "throws scope_missing for reading with the scopes %j",
    (held) => {
      const error = catchError(() => assertScope(aToken({ scopes: held }), "AIBooks.activity.READ"));
      expect(error.code).toBe("scope_missing");
      expect(error.message).toContain("AIBooks.activity.READ");
    },
  );
});
