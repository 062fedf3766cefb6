import * as z from "zod";
import type { Access } from "./access.ts";

const Names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);
const Statement = z.looseObject({ Action: Names.optional(), Resource: Names.optional() });
const Policy = z.object({
  Statement: z.union([z.array(Statement), Statement.transform((statement) => [statement])]),
});

/**
 * The condition keys of an access that statements about it mention. No other key can change the answer; without them,
 * requests that differ in nothing else are one question.
 */
export function askedKeys({ action, resource, context = {} }: Access, policies: readonly unknown[]): string[] {
  const statements = policies
    .flatMap((policy) => Policy.parse(policy).Statement)
    .filter(({ Action, Resource }) => mayMean(Action, action) && mayMean(Resource, resource))
    .map((statement) => JSON.stringify(statement).toLowerCase());
  return Object.keys(context).filter((key) => statements.some((text) => text.includes(key.toLowerCase())));
}

/** Patterns are for the simulator to match: here they may mean anything, as does what excludes names. */
function mayMean(names: readonly string[] | undefined, name: string): boolean {
  const wanted = name.toLowerCase();
  return names === undefined || names.some((given) => /[*?$]/.test(given) || given.toLowerCase() === wanted);
}
