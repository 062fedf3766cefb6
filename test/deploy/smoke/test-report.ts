import { relative } from "node:path";
import { z } from "zod";

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.optional(z.string()),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.optional(z.nullable(z.array(z.string()))),
        }),
      ),
    }),
  ),
});

export type SmokeTestResult = {
  /** Such as `test/smoke/http.test.ts: CORS answers a preflight`. */
  readonly name: string;
  readonly status: string;
  /** The error message; empty if the test did not fail. */
  readonly message: string;
};

/** Parses a JSON report of Vitest. A file that failed to load counts as one failed test. */
export function parseTestReport(text: string, root: string): SmokeTestResult[] {
  return report
    .parse(JSON.parse(text))
    .testResults.flatMap(({ name: path, status, message = "", assertionResults }) => {
      const file = relative(root, path);
      const results = assertionResults.map(({ fullName, status: own, failureMessages }) => ({
        name: `${file}: ${fullName}`,
        status: own,
        message: (failureMessages ?? []).join("\n"),
      }));
      const isExplained = status === "passed" || results.some((result) => result.status === "failed");
      return isExplained ? results : [...results, { name: file, status, message }];
    });
}

/**
 * Compares results with the list of expected failures. Returns one message for each test that failed unexpectedly, did not
 * run, passed although listed, or is listed but does not exist.
 */
export function unexpectedResults(
  results: readonly SmokeTestResult[],
  expectedFailures: Readonly<Record<string, string>>,
): string[] {
  if (results.length === 0) return ["No test ran."];
  const isExpected = ({ name }: SmokeTestResult) => name in expectedFailures;
  const others = results.filter((result) => result.status !== (isExpected(result) ? "failed" : "passed"));
  const unknown = Object.keys(expectedFailures).filter((name) => !results.some((result) => result.name === name));
  return [
    ...others.map((result) =>
      isExpected(result)
        ? `${result.name}: is listed as failing, but is ${result.status}. Correct the list.`
        : `${result.name}: is ${result.status}. ${result.message}`,
    ),
    ...unknown.map((name) => `${name}: is listed as failing, but does not exist.`),
  ];
}
