import { describe, expect, it, vi } from "vitest";
import { ActivityLogError, type ErrorCode } from "#clients/client/http/activity-log-error.ts";
import { isTransient, toFailure, toFailureOrReport } from "#clients/console/api/api-failure.ts";

const kinds: Readonly<Record<ErrorCode, readonly [kind: string, isTransient: boolean]>> = {
  invalid_request: ["invalid", false],
  unauthenticated: ["expired", false],
  forbidden: ["forbidden", false],
  not_found: ["not_found", false],
  conflict: ["conflict", false],
  rate_limited: ["rate_limited", true],
  unavailable: ["failed", true],
  internal: ["failed", true],
  network: ["failed", true],
  timeout: ["failed", true],
  invalid_response: ["failed", true],
};

describe("toFailure", () => {
  it.each(Object.keys(kinds) as ErrorCode[])("classifies %s", (code) => {
    const failure = toFailure(new ActivityLogError(code, "Sentence."), true);
    expect([failure.kind, isTransient(failure)]).toEqual(kinds[code]);
  });

  it("is offline when a request fails without a connection", () => {
    expect(toFailure(new ActivityLogError("network", "Down."), false)).toEqual({ kind: "offline" });
  });

  it("has what helps: the scope in the message, the field, the request, the wait", () => {
    const context = { field: "since", requestId: "req_1", retryAfterMs: 5_000 };
    const of = (code: ErrorCode) => toFailure(new ActivityLogError(code, "Why.", context), true);
    expect(of("forbidden")).toEqual({ kind: "forbidden", message: "Why." });
    expect(of("invalid_request")).toEqual({ kind: "invalid", message: "Why.", field: "since" });
    expect(of("internal")).toEqual({ kind: "failed", message: "Why.", requestId: "req_1" });
    expect(of("rate_limited")).toEqual({ kind: "rate_limited", retryAfterMs: 5_000 });
  });

  it("throws errors that are not of a request", () => {
    expect(() => toFailure(new TypeError("bug"), true)).toThrow("bug");
  });
});

describe("toFailureOrReport", () => {
  it("reports a defect, and lets the reader try again", () => {
    const [report, defect] = [vi.fn(), new TypeError("defect")];
    const failure = toFailureOrReport(defect, true, report);
    expect([failure.kind, isTransient(failure)]).toEqual(["failed", true]);
    expect(report).toHaveBeenCalledWith(defect);
  });

  it("reports no error of the API", () => {
    const report = vi.fn();
    expect(toFailureOrReport(new ActivityLogError("not_found", "None."), true, report)).toEqual({ kind: "not_found" });
    expect(report).not.toHaveBeenCalled();
  });
});
