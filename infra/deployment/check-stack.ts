import type { AccountPorts, DeploymentFinding, StackState } from "./account-ports.ts";
import { toImportMapping } from "./cdk-import-mapping.ts";
import type { StageRequirements } from "./stage-requirements.ts";

const deletionCommands = (name: string) =>
  `aws cloudformation update-termination-protection --stack-name ${name} --no-enable-termination-protection, then aws cloudformation delete-stack --stack-name ${name}`;

/** Returns whether the stack was never created completely: a failed deployment of it can then be continued. */
export function isIncomplete(stack: StackState | null): boolean {
  return stack === null || ["CREATE_FAILED", "REVIEW_IN_PROGRESS"].includes(stack.status);
}

/** Checks that the stack is in a state in which it can be deployed. A finding says how to recover. */
export async function checkStack(
  { stackName }: StageRequirements,
  account: AccountPorts,
): Promise<DeploymentFinding[]> {
  const stack = await account.stack(stackName);
  const message = stack === null ? null : describeRecovery(stackName, stack);
  return message === null ? [] : [{ stops: true, message }];
}

function describeRecovery(name: string, { status, isProtected }: StackState): string | null {
  if (status === "REVIEW_IN_PROGRESS") return null;
  if (status.endsWith("_IN_PROGRESS")) return `${name} is ${status}: wait until the operation ends.`;
  switch (status) {
    case "ROLLBACK_COMPLETE":
    case "ROLLBACK_FAILED":
      // The CDK deletes such a stack itself, unless it has termination protection.
      return isProtected
        ? `${name} was rolled back during its creation and must be deleted: ${deletionCommands(name)}. See "Deploying again" in docs/operate/backup.md.`
        : null;
    case "UPDATE_ROLLBACK_FAILED":
      return `${name} is ${status}: aws cloudformation continue-update-rollback --stack-name ${name}.`;
    case "DELETE_FAILED":
      return `${name} is ${status}: aws cloudformation delete-stack --stack-name ${name} again. Its events show the reason.`;
    default:
      return null;
  }
}

/** ARNs of services whose resources contain data. Keys and roles without data do not matter. */
const holdsData = /^arn:[^:]+:(?:dynamodb|sqs|logs|s3):/;

/**
 * Checks for data that an earlier stack of the same name left. A new stack would start with empty tables, without any
 * error; in production an operator must decide about the old data first.
 */
export async function checkLeftovers(
  requirements: StageRequirements,
  account: AccountPorts,
): Promise<DeploymentFinding[]> {
  const { stackName, isProduction, tags } = requirements;
  if ((await account.stack(stackName)) !== null) return [];
  const stackOf = (one: Readonly<Record<string, string>>) => one["aws:cloudformation:stack-name"] ?? stackName;
  const left = (await account.tagged(tags)).filter((one) => holdsData.test(one.arn) && stackOf(one.tags) === stackName);
  if (left.length === 0) return [];
  const lines = [
    `An earlier ${stackName} left ${left.length} resources with data:`,
    ...left.map(({ arn }) => `  ${arn}`),
    'Adopt them, delete them, or remove their tag "stage": see "Deploying again" in docs/operate/backup.md. The mapping for cdk import:',
    `  ${JSON.stringify(toImportMapping(left))}`,
  ];
  return [{ stops: isProduction, message: lines.join("\n") }];
}
