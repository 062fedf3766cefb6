import { isDeepStrictEqual } from "node:util";
import { adaptations } from "./adaptations.ts";
import type { CloudFormationTemplate } from "./cloud-template.ts";
import { leftOut } from "./left-out.ts";
import { mapStatements } from "./policy-statements.ts";

/** What stays of a template, and how many resources each entry of the list took out. */
export type Reduced = {
  readonly template: CloudFormationTemplate;
  readonly counts: Readonly<Record<string, number>>;
};

/** The template without what the emulator cannot host. Throws where the list is stale, or something needs what is out. */
export function reduce(whole: CloudFormationTemplate): Reduced {
  const entries = Object.entries(whole.Resources);
  const counts: Record<string, number> = {};
  const omitted = new Set<string>();
  for (const { what, isMeant } of leftOut) {
    const found = entries.filter(([, one]) => isMeant(one)).map(([id]) => id);
    if (found.length === 0) throw new Error(`The template has no ${what}: take them off the list of what is left out.`);
    counts[what] = found.length;
    for (const id of found) omitted.add(id);
  }
  const template = { ...whole, Resources: Object.fromEntries(entries.filter(([id]) => !omitted.has(id))) };
  const text = JSON.stringify(template);
  const missed = [...omitted].filter((id) => text.includes(`"${id}"`));
  if (missed.length > 0) throw new Error(`What stays needs what is left out: ${missed.join(", ")}.`);
  return { template, counts };
}

/** The template so that the emulator treats it as AWS would. Throws where an adaptation changes nothing. */
export function adapt(template: CloudFormationTemplate): CloudFormationTemplate {
  // Statements have lists of actions and resources from here on, so that only an adaptation makes a difference.
  const normalized = mapStatements(template, (statement) => statement);
  return adaptations.reduce((before, { reason, apply }) => {
    const after = apply(before);
    if (!isDeepStrictEqual(after, before)) return after;
    throw new Error(`An adaptation changes nothing, take it off the list: ${reason}`);
  }, normalized);
}

/** The template with another address of the API in its outputs. */
export function withApiUrl(template: CloudFormationTemplate, url: string): CloudFormationTemplate {
  return { ...template, Outputs: { ...template.Outputs, ApiUrl: { Value: url } } };
}
