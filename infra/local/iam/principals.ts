import { randomBytes } from "node:crypto";
import type { Principal } from "./authorizer.ts";
import type { NamedPolicy } from "./policies.ts";

export type Principals = {
  /** Registers a function under its role; returns the access key that it signs with. */
  addFunction(functionName: string, roleArn: string): string;
  /** Returns the function with this key, otherwise the operator, who may do all that no resource policy denies. */
  byAccessKey(accessKey: string): Principal;
};

/** Creates the principals that may call the local services, with their policies. */
export function createPrincipals(
  rolePolicies: ReadonlyMap<string, readonly NamedPolicy[]>,
  account: string,
): Principals {
  const functions = new Map<string, Principal>();
  const operator: Principal = {
    arn: `arn:aws:iam::${account}:user/operator`,
    policies: [
      {
        name: "operator",
        policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
      },
    ],
  };
  return {
    addFunction(functionName, roleArn) {
      const accessKey = `ASIA${randomBytes(10).toString("hex").toUpperCase()}`;
      const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
      functions.set(accessKey, {
        arn: `arn:aws:sts::${account}:assumed-role/${roleName}/${functionName}`,
        roleArn,
        policies: rolePolicies.get(roleArn) ?? [],
      });
      return accessKey;
    },
    byAccessKey: (accessKey) => functions.get(accessKey) ?? operator,
  };
}
