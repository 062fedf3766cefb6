import * as z from "zod";
import type { RequiredPermission } from "./permissions/required-permission.ts";

const namesSchema = z.union([z.string().transform((name) => [name]), z.array(z.string())]);
const statementSchema = z.looseObject({ Action: namesSchema.optional(), Resource: namesSchema.optional() });
const policySchema = z.object({
  Statement: z.union([z.array(statementSchema), statementSchema.transform((statement) => [statement])]),
});

/**
 * The condition keys of an access that statements about it mention. No other key can change the answer; without them,
 * requests that differ in nothing else are one question.
 */
export function relevantConditionKeys(
  { action, resource, context = {} }: RequiredPermission,
  policies: readonly unknown[],
): string[] {
  const statements = policies
    .flatMap((policy) => policySchema.parse(policy).Statement)
    .filter(({ Action, Resource }) => mayMean(Action, action) && mayMean(Resource, resource))
    .map((statement) => JSON.stringify(statement).toLowerCase());
  return Object.keys(context).filter((key) => statements.some((text) => text.includes(key.toLowerCase())));
}

/** Patterns are for the simulator to match: here they may mean anything, as does what excludes names. */
function mayMean(names: readonly string[] | undefined, name: string): boolean {
  const wanted = name.toLowerCase();
  return names === undefined || names.some((given) => /[*?$]/.test(given) || given.toLowerCase() === wanted);
}
