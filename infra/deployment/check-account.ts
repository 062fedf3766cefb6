import type { AccountPorts, DeploymentFinding } from "./account-ports.ts";
import { checkCertificate, checkHostedZone } from "./check-domain.ts";
import { checkLeftovers, checkStack } from "./check-stack.ts";
import { bootstrapVersion, type StageRequirements, unreservable } from "./stage-requirements.ts";

/** Quota code of "Concurrent executions" of Lambda. */
const quotaCode = "L-B99A9384";

/**
 * Checks an account for problems that would make the deployment of a stage fail, or cause errors later. A check that
 * fails, for example without permission, is a finding that does not stop the deployment.
 */
export async function checkAccount(
  requirements: StageRequirements,
  account: AccountPorts,
): Promise<DeploymentFinding[]> {
  const checks: Record<string, () => Promise<DeploymentFinding[]>> = {
    "the stack": () => checkStack(requirements, account),
    "resources of an earlier stack": () => checkLeftovers(requirements, account),
    "the bootstrap stack": () => checkBootstrap(account),
    "the Lambda concurrency": () => checkConcurrency(requirements, account),
    "the certificate": () => checkCertificate(requirements, account),
    "the hosted zone": () => checkHostedZone(requirements, account),
    "the settings of AWS Backup": () => checkBackup(requirements, account),
  };
  const found = await Promise.all(
    Object.entries(checks).map(async ([what, check]) => {
      try {
        return await check();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return [{ stops: false, message: `Not checked: ${what} (${reason}).` }];
      }
    }),
  );
  return found.flat();
}

function stops(message: string): DeploymentFinding[] {
  return [{ stops: true, message }];
}

async function checkBootstrap(account: AccountPorts): Promise<DeploymentFinding[]> {
  const version = await account.bootstrapVersion();
  if (version !== null && version >= bootstrapVersion) return [];
  const found = version === null ? "was never bootstrapped" : `has version ${version} of the bootstrap stack`;
  return stops(
    `${await account.region()} ${found}; the CDK requires version ${bootstrapVersion}. Run npx cdk bootstrap.`,
  );
}

async function checkConcurrency({ stackName, reserved, shared }: StageRequirements, account: AccountPorts) {
  const { limit, unreserved } = await account.concurrency();
  // A new deployment can use what the stage has already reserved.
  const free = unreserved + (await account.reservedBy(stackName));
  const left = free - reserved;
  const others = limit - free;
  const ask = (value: number) =>
    `Request ${value}: aws service-quotas request-service-quota-increase --service-code lambda --quota-code ${quotaCode} --desired-value ${value}`;
  const has = `Lambda allows ${limit} concurrent executions in this account; ${others} are reserved by other functions.`;
  if (reserved > 0 && left < unreservable) {
    const why = `The stage reserves ${reserved}, and ${unreservable} must stay unreserved.`;
    return stops(`${has} ${why} ${ask(others + reserved + Math.max(unreservable, shared))}. Or set reserved: null.`);
  }
  if (left >= shared) return [];
  const why = `Queues and streams use up to ${shared} of the remaining ${left}: under load, requests get 503 and throttled messages become dead letters.`;
  const settings = "ingestConcurrency, deliveryConcurrency and slowDeliveryConcurrency";
  return [{ stops: false, message: `${has} ${why} ${ask(others + reserved + shared)}. Or lower ${settings}.` }];
}

async function checkBackup({ hasBackup }: StageRequirements, account: AccountPorts): Promise<DeploymentFinding[]> {
  if (!hasBackup) return [];
  const { optedIn, isManaged } = await account.backupSettings();
  if (optedIn && isManaged) return [];
  const missing = optedIn ? "does not move backups of tables to cold storage" : "does not back up tables";
  const command =
    "aws backup update-region-settings --resource-type-opt-in-preference DynamoDB=true --resource-type-management-preference DynamoDB=true";
  return [{ stops: !optedIn, message: `AWS Backup ${missing} in this region: ${command}. Or set backup: null.` }];
}
