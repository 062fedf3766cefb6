import type { AccountPorts, Finding, StackState } from "./account.ts";
import { adoptionOf } from "./adoption.ts";
import type { StageNeeds } from "./needs.ts";

const deletion = (name: string) =>
  `aws cloudformation update-termination-protection --stack-name ${name} --no-enable-termination-protection, then aws cloudformation delete-stack --stack-name ${name}`;

/** Whether the stack was never completely created, so that a failure now leaves it for the next try to go on with. */
export function isFirst(stack: StackState | null): boolean {
  return stack === null || ["CREATE_FAILED", "REVIEW_IN_PROGRESS"].includes(stack.status);
}

/** The states of a stack that no deployment can begin in, each with the way out of it. */
export async function checkStack({ stackName }: StageNeeds, account: AccountPorts): Promise<Finding[]> {
  const stack = await account.stack(stackName);
  const message = stack === null ? null : wayOut(stackName, stack);
  return message === null ? [] : [{ stops: true, message }];
}

function wayOut(name: string, { status, isProtected }: StackState): string | null {
  if (status === "REVIEW_IN_PROGRESS") return null;
  if (status.endsWith("_IN_PROGRESS")) return `${name} is ${status}: wait until that has ended.`;
  switch (status) {
    case "ROLLBACK_COMPLETE":
    case "ROLLBACK_FAILED":
      // The CDK deletes such a stack by itself, unless it is protected.
      return isProtected
        ? `${name} was rolled back while it was created, and has to be deleted: ${deletion(name)}. See "Deploying again" in infra/RUNBOOK.md.`
        : null;
    case "UPDATE_ROLLBACK_FAILED":
      return `${name} is ${status}: aws cloudformation continue-update-rollback --stack-name ${name}.`;
    case "DELETE_FAILED":
      return `${name} is ${status}: aws cloudformation delete-stack --stack-name ${name} again, and look at its events for the reason.`;
    default:
      return null;
  }
}

/** Services whose resources hold data: keys and roles that are left over mean nothing by themselves. */
const holdsData = /^arn:[^:]+:(?:dynamodb|sqs|logs|s3):/;

/**
 * What an earlier stack of the same name left behind. A new stack would begin with empty tables beside it, and nobody
 * would notice before the old events are missed: for production that takes a decision.
 */
export async function checkLeftovers(needs: StageNeeds, account: AccountPorts): Promise<Finding[]> {
  const { stackName, isProduction, tags } = needs;
  if ((await account.stack(stackName)) !== null) return [];
  const stackOf = (one: Readonly<Record<string, string>>) => one["aws:cloudformation:stack-name"] ?? stackName;
  const left = (await account.tagged(tags)).filter((one) => holdsData.test(one.arn) && stackOf(one.tags) === stackName);
  if (left.length === 0) return [];
  const lines = [
    `An earlier ${stackName} left ${left.length} resources with data behind:`,
    ...left.map(({ arn }) => `  ${arn}`),
    'Adopt them, delete them, or take their tag "stage" away: see "Deploying again" in infra/RUNBOOK.md. To adopt them, the mapping for cdk import is',
    `  ${JSON.stringify(adoptionOf(left))}`,
  ];
  return [{ stops: isProduction, message: lines.join("\n") }];
}
