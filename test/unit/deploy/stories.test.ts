import { describe, expect, it } from "vitest";
import { parseStories, surprises } from "#test/deploy/stories/stories.ts";

const story = (fullName: string, status: string, ...failureMessages: string[]) => ({
  fullName,
  status,
  failureMessages,
});

function reportOf(status: string, assertionResults: object[], message = "") {
  const testResults = [{ name: "/repo/test/smoke/http.test.ts", status, message, assertionResults }];
  return JSON.stringify({ numTotalTests: assertionResults.length, testResults });
}

const told = (status: string, ...stories: object[]) => parseStories(reportOf(status, stories), "/repo");

const name = "test/smoke/http.test.ts: a browser app may ask";

describe("the stories told", () => {
  it("surprise nobody where all pass", () => {
    expect(surprises(told("passed", story("a browser app may ask", "passed")), {})).toEqual([]);
  });

  it("surprise by a failure, and say what failed", () => {
    expect(surprises(told("failed", story("a browser app may ask", "failed", "expected 403 to be 204")), {})).toEqual([
      `${name}: is failed. expected 403 to be 204`,
    ]);
  });

  it.each(["skipped", "pending", "todo"])("surprise where one is %s", (status) => {
    expect(surprises(told("passed", story("a browser app may ask", status)), {})).toEqual([`${name}: is ${status}. `]);
  });

  it("surprise where a file failed as a whole", () => {
    const stories = parseStories(reportOf("failed", [], "Cannot find module"), "/repo");
    expect(surprises(stories, {})).toEqual(["test/smoke/http.test.ts: is failed. Cannot find module"]);
  });

  it("surprise where there are none", () => {
    expect(surprises(parseStories('{"testResults":[]}', "/repo"), {})).toEqual(["No story was told."]);
  });
});

describe("a story that is listed as failing", () => {
  const listed = { [name]: "the emulator's fault" };

  it("may fail", () => {
    expect(surprises(told("failed", story("a browser app may ask", "failed", "403")), listed)).toEqual([]);
  });

  it("surprises where it passes", () => {
    expect(surprises(told("passed", story("a browser app may ask", "passed")), listed)).toEqual([
      `${name}: is listed as failing, and is passed. Correct the list.`,
    ]);
  });

  it("surprises where it is not there", () => {
    expect(surprises(told("passed", story("another", "passed")), listed)).toEqual([
      `${name}: is listed as failing, and there is no such story.`,
    ]);
  });

  it("hides no other failure of its file", () => {
    const stories = told("failed", story("a browser app may ask", "failed", "403"), story("another", "failed", "500"));
    expect(surprises(stories, listed)).toEqual(["test/smoke/http.test.ts: another: is failed. 500"]);
  });
});
