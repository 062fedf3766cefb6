import { describe, expect, it } from "vitest";
import { problemsOf } from "#test/deploy/lint/lint-findings.ts";

function finding(id: string, message = "No good") {
  return {
    Filename: "/tmp/lint/lint-dev.template.json",
    Level: "Error",
    Location: { Path: ["Resources", "Table"] },
    Message: message,
    Rule: { Id: id, Description: "A rule", ShortDescription: "", Source: "" },
  };
}

const reportOf = (...findings: object[]) => JSON.stringify(findings);

describe("lint findings", () => {
  it("returns no problem when only accepted rules have findings", () => {
    expect(problemsOf(reportOf(finding("W3005"), finding("W3005")), { W3005: "harmless" })).toEqual([]);
    expect(problemsOf(reportOf(), {})).toEqual([]);
  });

  it("returns a problem for each other finding of any level", () => {
    expect(
      problemsOf(reportOf(finding("E3002", "Extra property"), finding("W3005"), finding("I1001")), { W3005: "x" }),
    ).toEqual([
      "E3002 (Error) in lint-dev.template.json: Extra property",
      "I1001 (Error) in lint-dev.template.json: No good",
    ]);
  });

  it("returns a problem when an accepted rule has no finding", () => {
    expect(problemsOf(reportOf(), { W3005: "harmless" })).toEqual([
      "W3005 is accepted, and found nothing: take it off the list.",
    ]);
  });

  it("throws when the report is malformed", () => {
    expect(() => problemsOf("Traceback", {})).toThrow(SyntaxError);
    expect(() => problemsOf('{"findings":[]}', {})).toThrow("expected array");
  });
});
