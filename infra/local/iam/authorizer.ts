import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { RequiredPermission } from "./permissions/required-permission.ts";
import type { NamedPolicy } from "./policies.ts";
import { relevantConditionKeys } from "./relevant-condition-keys.ts";

export type Principal = {
  readonly arn: string;
  /** The role of a session, which is the `aws:PrincipalArn` of its requests. Has its path, unlike the ARN of the session. */
  readonly roleArn?: string;
  readonly policies: readonly NamedPolicy[];
};

/** Returns `undefined` if the request is allowed, otherwise the error message of AWS. */
export type Authorize = (principal: Principal, access: RequiredPermission) => Promise<string | undefined>;

/** Maximum number of cached results. An evaluation takes about 0.2 ms. */
const maxCachedResults = 10_000;

/**
 * Creates a function that evaluates the policies of the template for a request. Results are cached: the policies of a
 * template do not change while it runs.
 */
export function createAuthorizer(resourcePolicies: ReadonlyMap<string, unknown>, account: string): Authorize {
  const answers = new Map<string, Promise<string | undefined>>();
  const asked = new Map<string, string[]>();

  async function evaluatePolicies(principal: Principal, access: RequiredPermission): Promise<string | undefined> {
    const resourcePolicy = resourcePolicies.get(policyHolder(access.resource));
    const simulation: Simulation = {
      request: {
        principal: principal.arn,
        action: access.action,
        resource: { resource: access.resource, accountId: account },
        // Requests to AWS use TLS. Policies that require it must allow the plain HTTP of the loopback interface.
        contextVariables: {
          "aws:SecureTransport": "true",
          "aws:PrincipalArn": principal.roleArn ?? principal.arn,
          ...access.context,
        },
      },
      identityPolicies: [...principal.policies],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    };
    const outcome = await runSimulation(inSimulatorTerms(simulation), {});
    if (outcome.resultType === "error") {
      if (outcome.errors.message === "must.use.wildcard" && access.resource !== "*") {
        return evaluatePolicies(principal, { ...access, resource: "*" });
      }
      throw new Error(`The policies about ${access.action} cannot be evaluated: ${JSON.stringify(outcome.errors)}`);
    }
    if (outcome.overallResult === "Allowed") return undefined;
    const analysis = outcome.resultType === "single" ? outcome.result.analysis : undefined;
    const reason =
      outcome.overallResult === "ImplicitlyDenied"
        ? `because no ${
            analysis?.identityAnalysis?.result === "Allowed" ? "resource" : "identity"
          }-based policy allows the ${access.action} action`
        : `with an explicit deny in ${
            analysis?.resourceAnalysis?.result === "ExplicitlyDenied" ? "a resource-based" : "an identity-based"
          } policy`;
    const { action, resource } = access;
    return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  }

  /** Cached by principal, action and resource: the relevant keys do not depend on their values. */
  function relevantKeysOf(kind: string, principal: Principal, access: RequiredPermission): string[] {
    const known = asked.get(kind);
    if (known !== undefined) return known;
    const resourcePolicy = resourcePolicies.get(policyHolder(access.resource)) ?? { Statement: [] };
    const keys = relevantConditionKeys(access, [...principal.policies.map(({ policy }) => policy), resourcePolicy]);
    asked.set(kind, keys);
    return keys;
  }

  return (principal, access) => {
    const { context = {} } = access;
    const kind = `${principal.arn} ${access.action} ${access.resource} ${Object.keys(context)}`;
    const values = relevantKeysOf(kind, principal, access).map((key) => context[key]);
    const question = `${kind} ${JSON.stringify(values)}`;
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = evaluatePolicies(principal, access);
    if (answers.size === maxCachedResults) answers.clear();
    answers.set(question, answer);
    return answer;
  };
}

/**
 * The simulator takes condition keys with a variable part only where that stands behind a slash; those of KMS have a
 * colon. A tag of the request is a text for any action, as they are.
 */
function inSimulatorTerms(simulation: Simulation): Simulation {
  const text = JSON.stringify(simulation);
  return JSON.parse(text.replaceAll(/"(?=kms:EncryptionContext:)/gi, '"aws:RequestTag/'));
}

/** The policy of a table also applies to its indexes and streams. */
function policyHolder(arn: string): string {
  return /^arn:aws:dynamodb:[^/]+\/[^/]+/.exec(arn)?.[0] ?? arn;
}
