import type { AccountPorts, DeploymentFinding } from "./account-ports.ts";
import type { StageRequirements } from "./stage-requirements.ts";

/** Checks that the certificate is issued, in the right region and valid for the domain: otherwise deployment fails late. */
export async function checkCertificate(
  requirements: StageRequirements,
  account: AccountPorts,
): Promise<DeploymentFinding[]> {
  const { domain } = requirements;
  if (domain === null) return [];
  const { name, certificateArn } = domain;
  const expected = requirements.certificateRegion ?? (await account.region());
  const region = certificateArn.split(":")[3] ?? "";
  if (region !== expected) return stops(`The certificate of ${name} is in ${region}, but must be in ${expected}.`);
  const certificate = await account.certificate(certificateArn);
  if (certificate === null) return stops(`The certificate ${certificateArn} does not exist.`);
  const { status, names } = certificate;
  if (status !== "ISSUED") {
    return stops(`The certificate of ${name} is ${status}: validate it by the DNS record that ACM shows.`);
  }
  if (names.some((one) => covers(one, name))) return [];
  return stops(`The certificate is for ${names.join(", ")}, not for ${name}.`);
}

/** Checks that the hosted zone exists in this account and contains the domain: otherwise deployment fails late. */
export async function checkHostedZone(
  { domain, hostedZone }: StageRequirements,
  account: AccountPorts,
): Promise<DeploymentFinding[]> {
  if (domain === null || hostedZone === null) return [];
  const { id, name } = hostedZone;
  const zone = await account.hostedZone(id);
  if (zone === null)
    return stops(`The hosted zone ${id} does not exist in this account: correct hostedZone, or omit it.`);
  if (zone.name !== name) return stops(`The hosted zone ${id} is ${zone.name}, not ${name}.`);
  if (domain.name === name || domain.name.endsWith(`.${name}`)) return [];
  return stops(`${domain.name} is not in the hosted zone ${name}.`);
}

/** Returns whether a name of a certificate covers a host. A leading `*.` matches one label. */
function covers(certified: string, host: string): boolean {
  if (!certified.startsWith("*.")) return certified === host;
  return host.split(".").slice(1).join(".") === certified.slice(2);
}

function stops(message: string): DeploymentFinding[] {
  return [{ stops: true, message }];
}
