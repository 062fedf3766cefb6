import { styleText } from "node:util";
import { textTable } from "#test/support/text-table.ts";
import type { SoakOutcome } from "./soak.ts";

const shownProblems = 5;

/** The outcome of a soak as text: what went wrong on purpose, and whether what was promised held. */
export function report({ faults, verdicts, ledger, found, redriven, pages, retried }: SoakOutcome): string {
  const checks = verdicts.map(({ what, expected, found, problems }) => {
    const holds = problems.length === 0 ? styleText("green", "yes") : styleText("red", "no");
    return [what, String(expected), String(found), holds];
  });
  const problems = verdicts.flatMap(({ what, problems }) => [
    ...problems.slice(0, shownProblems).map((problem) => `${what}: ${problem}`),
    ...(problems.length > shownProblems ? [`${what}: and ${problems.length - shownProblems} more`] : []),
  ]);
  return [
    `${ledger.acceptedCount} events accepted, ${ledger.repeats} sent again, ${ledger.refusable.size} bad ones, `,
    `${ledger.damaged.size} damaged items put into the table, `,
    `${pages} pages read, ${retried} of them asked for again, ${found.serverErrors.total} answers 5xx, `,
    `${redriven} dead letters redriven.\n\n`,
    textTable([["FAULT", "COUNT"], ...[...faults].map(([kind, count]) => [kind, String(count)])]),
    "\n",
    textTable([["CHECK", "EXPECTED", "FOUND", "HOLDS"], ...checks]),
    ...(problems.length > 0 ? ["\n", ...problems.map((problem) => `${problem}\n`)] : []),
  ].join("");
}
