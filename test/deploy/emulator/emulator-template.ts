import { isDeepStrictEqual } from "node:util";
import { adaptations } from "./adaptations.ts";
import type { CloudFormationTemplate } from "./cloud-template.ts";
import { leftOut } from "./left-out.ts";
import { mapStatements } from "./policy-statements.ts";

/** A reduced template, and the number of resources that each entry of the list removed. */
export type Reduced = {
  readonly template: CloudFormationTemplate;
  readonly counts: Readonly<Record<string, number>>;
};

/**
 * Returns the templates by stack, without resources that the emulator cannot host. Throws if an entry of the list applies
 * to no template, or a remaining resource refers to a removed one.
 */
export function reduceAll(wholes: Readonly<Record<string, CloudFormationTemplate>>): Record<string, Reduced> {
  const reduced = Object.fromEntries(Object.entries(wholes).map(([stack, whole]) => [stack, reduce(whole)]));
  const counts = Object.values(reduced).map((one) => one.counts);
  const unused = leftOut.filter(({ what }) => counts.every((count) => count[what] === undefined));
  const names = unused.map(({ what }) => what).join(", ");
  if (unused.length > 0) throw new Error(`No template has ${names}: take them off the list of what is left out.`);
  return reduced;
}

function reduce(whole: CloudFormationTemplate): Reduced {
  const entries = Object.entries(whole.Resources);
  const counts: Record<string, number> = {};
  const omitted = new Set<string>();
  for (const { what, isMeant } of leftOut) {
    const found = entries.filter(([, one]) => isMeant(one)).map(([id]) => id);
    if (found.length > 0) counts[what] = found.length;
    for (const id of found) omitted.add(id);
  }
  const template = { ...whole, Resources: Object.fromEntries(entries.filter(([id]) => !omitted.has(id))) };
  const text = JSON.stringify(template);
  const missed = [...omitted].filter((id) => text.includes(`"${id}"`));
  if (missed.length > 0) throw new Error(`What stays needs what is left out: ${missed.join(", ")}.`);
  return { template, counts };
}

/** Returns the template with all adaptations. Throws if an adaptation has no effect. */
export function adapt(template: CloudFormationTemplate): CloudFormationTemplate {
  // Normalise actions and resources to lists first, so that only adaptations count as changes.
  const normalized = mapStatements(template, (statement) => statement);
  return adaptations.reduce((before, { reason, apply }) => {
    const after = apply(before);
    if (!isDeepStrictEqual(after, before)) return after;
    throw new Error(`An adaptation changes nothing, take it off the list: ${reason}`);
  }, normalized);
}

/** Returns the template with a different URL of the API in its outputs. */
export function withApiUrl(template: CloudFormationTemplate, url: string): CloudFormationTemplate {
  return { ...template, Outputs: { ...template.Outputs, ApiUrl: { Value: url } } };
}
