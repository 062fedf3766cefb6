import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { Access } from "./access.ts";
import type { NamedPolicy } from "./policies.ts";
import { askedKeys } from "./relevant-condition-keys.ts";

export interface Principal {
  readonly arn: string;
  readonly policies: readonly NamedPolicy[];
}

/** Undefined when allowed, else AWS's sentence about why not. */
export type Judge = (principal: Principal, access: Access) => Promise<string | undefined>;

/** Simulating takes about 0.2 ms, looking up an answer next to nothing. */
const keptAnswers = 10_000;

/**
 * Judges accesses by the policies of the template. Each distinct question is simulated once and its answer kept: a
 * template's policies do not change while it runs.
 */
export function policyJudge(resourcePolicies: ReadonlyMap<string, unknown>, account: string): Judge {
  const answers = new Map<string, Promise<string | undefined>>();
  const asked = new Map<string, string[]>();

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
    const outcome = await runSimulation(inSimulatorTerms(simulation), {});
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
        ? `because no ${
            analysis?.identityAnalysis?.result === "Allowed" ? "resource" : "identity"
          }-based policy allows the ${access.action} action`
        : `with an explicit deny in ${
            analysis?.resourceAnalysis?.result === "ExplicitlyDenied" ? "a resource-based" : "an identity-based"
          } policy`;
    const { action, resource } = access;
    return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  }

  /** The keys of one kind of access: they depend on who does what to what, not on the values of a request. */
  function keysAskedFor(kind: string, principal: Principal, access: Access): string[] {
    const known = asked.get(kind);
    if (known !== undefined) return known;
    const resourcePolicy = resourcePolicies.get(policyHolder(access.resource)) ?? { Statement: [] };
    const keys = askedKeys(access, [...principal.policies.map(({ policy }) => policy), resourcePolicy]);
    asked.set(kind, keys);
    return keys;
  }

  return (principal, access) => {
    const { context = {} } = access;
    const kind = `${principal.arn} ${access.action} ${access.resource} ${Object.keys(context)}`;
    const values = keysAskedFor(kind, principal, access).map((key) => context[key]);
    const question = `${kind} ${JSON.stringify(values)}`;
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = simulate(principal, access);
    if (answers.size === keptAnswers) answers.clear();
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

/** Indexes and streams are under the policy of their table. */
function policyHolder(arn: string): string {
  return /^arn:aws:dynamodb:[^/]+\/[^/]+/.exec(arn)?.[0] ?? arn;
}
