import { basename } from "node:path";
import { z } from "zod";

const finding = z.object({
  Filename: z.string(),
  Level: z.string(),
  Message: z.string(),
  Rule: z.object({ Id: z.string() }),
});

/**
 * Parses the JSON report of cfn-lint. Returns one line for each finding that is not accepted, and one for each accepted
 * rule without findings, so that the list stays current.
 */
export function problemsOf(report: string, accepted: Readonly<Record<string, string>>): string[] {
  const findings = z.array(finding).parse(JSON.parse(report));
  const unexpected = findings
    .filter(({ Rule }) => !(Rule.Id in accepted))
    .map(({ Filename, Level, Message, Rule }) => `${Rule.Id} (${Level}) in ${basename(Filename)}: ${Message}`);
  const idle = Object.keys(accepted).filter((id) => !findings.some(({ Rule }) => Rule.Id === id));
  return [...unexpected, ...idle.map((id) => `${id} is accepted, and found nothing: take it off the list.`)];
}
