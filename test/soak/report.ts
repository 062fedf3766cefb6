import { styleText } from "node:util";
import { textTable } from "#test/support/infra/text-table.ts";
import type { SoakOutcome } from "./soak.ts";

const shownProblems = 5;

/** Renders the result of a soak test: the injected faults and the checks. */
export function report({ faults, checkResults, submissions, found, redriven, pages, retried }: SoakOutcome): string {
  const checks = checkResults.map(({ name, expected, found, problems }) => {
    const result = problems.length === 0 ? styleText("green", "PASS") : styleText("red", "FAIL");
    return [name, String(expected), String(found), result];
  });
  const problems = checkResults.flatMap(({ name, problems }) => [
    ...problems.slice(0, shownProblems).map((problem) => `${name}: ${problem}`),
    ...(problems.length > shownProblems ? [`${name}: and ${problems.length - shownProblems} more`] : []),
  ]);
  return [
    `${submissions.acceptedCount} events accepted, ${submissions.repeats} sent again, ${submissions.refusable.size} invalid messages sent, `,
    `${submissions.damaged.size} damaged items written to the table, `,
    `${pages} pages read, ${retried} requests retried, ${found.serverErrors.total} responses 5xx, `,
    `${redriven} dead letters redriven.\n\n`,
    textTable([["FAULT", "COUNT"], ...[...faults].map(([kind, count]) => [kind, String(count)])]),
    "\n",
    textTable([["CHECK", "EXPECTED", "FOUND", "RESULT"], ...checks]),
    ...(problems.length > 0 ? ["\n", ...problems.map((problem) => `${problem}\n`)] : []),
  ].join("");
}
