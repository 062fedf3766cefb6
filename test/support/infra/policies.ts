import type { Template } from "aws-cdk-lib/assertions";
import { inWords, plainId } from "./template.ts";

/** One permission of a function, with its condition; an empty condition always applies. */
export type Permission = {
  readonly fn: string;
  readonly action: string;
  readonly resource: string;
  readonly condition: string;
};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/**
 * Returns all permissions of the functions of a stack: one entry for each function, action and resource, and one for each
 * managed policy. Throws for unsupported policy elements, so that no permission is missed.
 */
export function permissionsOf(template: Template): Permission[] {
  const functionOfRole = new Map<string, string>();
  for (const [id, fn] of Object.entries(template.findResources("AWS::Lambda::Function"))) {
    functionOfRole.set(inWords(fn.Properties.Role), plainId(id));
  }
  const fnOf = (role: string): string => {
    const fn = functionOfRole.get(role);
    if (fn === undefined) throw new Error(`The role ${role} belongs to no function.`);
    return fn;
  };
  const permissions: Permission[] = [];
  // AWS Backup has its own role with an AWS-managed policy.
  const isBackup = (role: unknown) => JSON.stringify(role).includes("backup.amazonaws.com");
  for (const [id, { Properties }] of Object.entries(template.findResources("AWS::IAM::Role"))) {
    if (isBackup(Properties.AssumeRolePolicyDocument)) continue;
    if (Properties.Policies !== undefined) throw new Error(`The role ${id} has policies inside.`);
    for (const policy of list(Properties.ManagedPolicyArns ?? [])) {
      const name = inWords(policy).split("/").at(-1) ?? "";
      permissions.push({ fn: fnOf(plainId(id)), action: `managed policy ${name}`, resource: "*", condition: "" });
    }
  }
  for (const { Properties } of Object.values(template.findResources("AWS::IAM::Policy"))) {
    for (const statement of list(Properties.PolicyDocument.Statement)) {
      permissions.push(...granted(statement, list(Properties.Roles).map(inWords).map(fnOf)));
    }
  }
  return permissions.sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}

function granted(statement: unknown, functions: readonly string[]): Permission[] {
  const isPlain = statement instanceof Object && "Action" in statement && "Resource" in statement;
  if (!isPlain || "NotAction" in statement || "NotResource" in statement || !("Effect" in statement)) {
    throw new Error(`This statement cannot be read: ${JSON.stringify(statement)}`);
  }
  if (statement.Effect !== "Allow") return [];
  const condition = "Condition" in statement ? JSON.stringify(statement.Condition) : "";
  return functions.flatMap((fn) =>
    list(statement.Action).flatMap((action) =>
      list(statement.Resource).map((resource) => ({
        fn,
        action: inWords(action),
        resource: inWords(resource),
        condition,
      })),
    ),
  );
}

const sortKey = ({ fn, action, resource }: Permission) => [fn, resource, action].join("\n");
