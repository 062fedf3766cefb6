import type { AccountPorts, Finding } from "./account.ts";
import { checkCertificate, checkHostedZone } from "./check-domain.ts";
import { checkLeftovers, checkStack } from "./check-stack.ts";
import { bootstrapVersion, type StageNeeds, unreservable } from "./needs.ts";

/** The quota "Concurrent executions" of Lambda. */
const quotaCode = "L-B99A9384";

/**
 * Looks for what would make the deployment of a stage fail, or go wrong later. What cannot be looked at, for want of
 * rights, is a finding that stops nothing.
 */
export async function checkAccount(needs: StageNeeds, account: AccountPorts): Promise<Finding[]> {
  const checks: Record<string, () => Promise<Finding[]>> = {
    "the stack": () => checkStack(needs, account),
    "what an earlier stack left behind": () => checkLeftovers(needs, account),
    "the bootstrap stack": () => checkBootstrap(account),
    "the concurrency of Lambda": () => checkConcurrency(needs, account),
    "the certificate": () => checkCertificate(needs, account),
    "the hosted zone": () => checkHostedZone(needs, account),
    "the settings of AWS Backup": () => checkBackup(needs, account),
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

function stops(message: string): Finding[] {
  return [{ stops: true, message }];
}

async function checkBootstrap(account: AccountPorts): Promise<Finding[]> {
  const version = await account.bootstrapVersion();
  if (version !== null && version >= bootstrapVersion) return [];
  const found = version === null ? "was never bootstrapped" : `has version ${version} of the bootstrap stack`;
  return stops(
    `${await account.region()} ${found}, and the CDK needs version ${bootstrapVersion}: run npx cdk bootstrap.`,
  );
}

async function checkConcurrency({ stackName, reserved, shared }: StageNeeds, account: AccountPorts) {
  const { limit, unreserved } = await account.concurrency();
  // What the stage has reserved already is its own to reserve again.
  const free = unreserved + (await account.reservedBy(stackName));
  const left = free - reserved;
  const others = limit - free;
  const ask = (wanted: number) =>
    `Ask for ${wanted}: aws service-quotas request-service-quota-increase --service-code lambda --quota-code ${quotaCode} --desired-value ${wanted}`;
  const has = `Lambda runs ${limit} instances at a time in this account, of which ${others} are reserved by others.`;
  if (reserved > 0 && left < unreservable) {
    const why = `The stage reserves ${reserved}, and ${unreservable} have to stay unreserved.`;
    return stops(`${has} ${why} ${ask(others + reserved + Math.max(unreservable, shared))}. Or set reserved: null.`);
  }
  if (left >= shared) return [];
  const why = `Queues start up to ${shared} of the ${left} that are left: under load, requests are refused with 503, and messages become dead letters that only found no instance.`;
  const settings = "ingestConcurrency, deliveryConcurrency and slowDeliveryConcurrency";
  return [{ stops: false, message: `${has} ${why} ${ask(others + reserved + shared)}. Or lower ${settings}.` }];
}

async function checkBackup({ hasBackup }: StageNeeds, account: AccountPorts): Promise<Finding[]> {
  if (!hasBackup) return [];
  const { optedIn, isManaged } = await account.backupSettings();
  if (optedIn && isManaged) return [];
  const missing = optedIn ? "moves no copies of tables to cold storage" : "backs up no tables";
  const command =
    "aws backup update-region-settings --resource-type-opt-in-preference DynamoDB=true --resource-type-management-preference DynamoDB=true";
  return [{ stops: !optedIn, message: `AWS Backup ${missing} in this region: ${command}. Or set backup: null.` }];
}
