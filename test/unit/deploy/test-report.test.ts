import { describe, expect, it } from "vitest";
import { parseTestReport, unexpectedResults } from "#test/deploy/smoke/test-report.ts";

const aResult = (fullName: string, status: string, ...failureMessages: string[]) => ({
  fullName,
  status,
  failureMessages,
});

function reportOf(status: string, assertionResults: object[], message = "") {
  const testResults = [{ name: "/repo/test/smoke/http.test.ts", status, message, assertionResults }];
  return JSON.stringify({ numTotalTests: assertionResults.length, testResults });
}

const parse = (status: string, ...results: object[]) => parseTestReport(reportOf(status, results), "/repo");

const name = "test/smoke/http.test.ts: CORS answers a preflight";

describe("unexpectedResults without expected failures", () => {
  it("returns nothing when all tests pass", () => {
    expect(unexpectedResults(parse("passed", aResult("CORS answers a preflight", "passed")), {})).toEqual([]);
  });

  it("returns the error message when a test fails", () => {
    expect(
      unexpectedResults(parse("failed", aResult("CORS answers a preflight", "failed", "expected 403 to be 204")), {}),
    ).toEqual([`${name}: is failed. expected 403 to be 204`]);
  });

  it.each(["skipped", "pending", "todo"])("returns the test when its status is %s", (status) => {
    expect(unexpectedResults(parse("passed", aResult("CORS answers a preflight", status)), {})).toEqual([
      `${name}: is ${status}. `,
    ]);
  });

  it("returns the file when it fails to load", () => {
    const results = parseTestReport(reportOf("failed", [], "Cannot find module"), "/repo");
    expect(unexpectedResults(results, {})).toEqual(["test/smoke/http.test.ts: is failed. Cannot find module"]);
  });

  it("returns a message when no test ran", () => {
    expect(unexpectedResults(parseTestReport('{"testResults":[]}', "/repo"), {})).toEqual(["No test ran."]);
  });
});

describe("unexpectedResults with an expected failure", () => {
  const listed = { [name]: "a limit of the emulator" };

  it("returns nothing when the expected test fails", () => {
    expect(unexpectedResults(parse("failed", aResult("CORS answers a preflight", "failed", "403")), listed)).toEqual(
      [],
    );
  });

  it("returns the test when it passes", () => {
    expect(unexpectedResults(parse("passed", aResult("CORS answers a preflight", "passed")), listed)).toEqual([
      `${name}: is listed as failing, but is passed. Correct the list.`,
    ]);
  });

  it("returns the test when it does not exist", () => {
    expect(unexpectedResults(parse("passed", aResult("another", "passed")), listed)).toEqual([
      `${name}: is listed as failing, but does not exist.`,
    ]);
  });

  it("returns another failure of the same file", () => {
    const results = parse(
      "failed",
      aResult("CORS answers a preflight", "failed", "403"),
      aResult("another", "failed", "500"),
    );
    expect(unexpectedResults(results, listed)).toEqual(["test/smoke/http.test.ts: another: is failed. 500"]);
  });
});
