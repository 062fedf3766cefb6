import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { Access } from "./access.ts";
import type { NamedPolicy } from "./policies.ts";

export interface Principal {
  readonly arn: string;
  readonly policies: readonly NamedPolicy[];
}

/** Undefined when allowed, else AWS's sentence about why not. */
export type Judge = (principal: Principal, access: Access) => Promise<string | undefined>;

/**
 * Judges accesses by the policies of the template. Each distinct question is simulated once and its answer kept: a
 * template's policies do not change while it runs.
 */
export function policyJudge(resourcePolicies: ReadonlyMap<string, unknown>, account: string): Judge {
  const answers = new Map<string, Promise<string | undefined>>();

  async function simulate(principal: Principal, access: Access): Promise<string | undefined> {
    const resourcePolicy = resourcePolicies.get(policyHolder(access.resource));
    const simulation: Simulation = {
      request: {
        principal: principal.arn,
        action: access.action,
        resource: { resource: access.resource, accountId: account },
        // AWS is only ever called over TLS; the laptop's plain loopback must not trip policies that insist on it.
        contextVariables: { "aws:SecureTransport": "true", ...access.context },
      },
      identityPolicies: [...principal.policies],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    };
    const outcome = await runSimulation(simulation, {});
    if (outcome.resultType === "error") {
      if (outcome.errors.message === "must.use.wildcard" && access.resource !== "*") {
        return simulate(principal, { ...access, resource: "*" });
      }
      throw new Error(`The policies about ${access.action} cannot be evaluated: ${JSON.stringify(outcome.errors)}`);
    }
    if (outcome.overallResult === "Allowed") return undefined;
    const analysis = outcome.resultType === "single" ? outcome.result.analysis : undefined;
    const reason =
      outcome.overallResult === "ImplicitlyDenied"
        ? `because no identity-based policy allows the ${access.action} action`
        : `with an explicit deny in ${
            analysis?.resourceAnalysis?.result === "ExplicitlyDenied" ? "a resource-based" : "an identity-based"
          } policy`;
    return `User: ${principal.arn} is not authorized to perform: ${access.action} on resource: ${access.resource} ${reason}`;
  }

  return (principal, access) => {
    const question = `${principal.arn} ${access.action} ${access.resource} ${JSON.stringify(access.context)}`;
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = simulate(principal, access);
    answers.set(question, answer);
    return answer;
  };
}

/** Indexes and streams are under the policy of their table. */
function policyHolder(arn: string): string {
  return /^arn:aws:dynamodb:[^/]+\/[^/]+/.exec(arn)?.[0] ?? arn;
}
