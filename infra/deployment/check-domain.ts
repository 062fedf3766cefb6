import type { AccountPorts, Finding } from "./account.ts";
import type { StageNeeds } from "./needs.ts";

/** A certificate that is not issued, in the wrong region or for another name fails the deployment after minutes. */
export async function checkCertificate(needs: StageNeeds, account: AccountPorts): Promise<Finding[]> {
  const { domain } = needs;
  if (domain === null) return [];
  const { name, certificateArn } = domain;
  const wanted = needs.certificateRegion ?? (await account.region());
  const region = certificateArn.split(":")[3] ?? "";
  if (region !== wanted) return fault(`The certificate of ${name} is in ${region}, and has to be in ${wanted}.`);
  const certificate = await account.certificate(certificateArn);
  if (certificate === null) return fault(`There is no certificate ${certificateArn}.`);
  const { status, names } = certificate;
  if (status !== "ISSUED") {
    return fault(`The certificate of ${name} is ${status}: validate it in ACM, by the record that it shows.`);
  }
  if (names.some((one) => covers(one, name))) return [];
  return fault(`The certificate is for ${names.join(", ")}, and not for ${name}.`);
}

/** A zone of another name, or of another account, fails when the record is written, which is late. */
export async function checkHostedZone({ domain, hostedZone }: StageNeeds, account: AccountPorts): Promise<Finding[]> {
  if (domain === null || hostedZone === null) return [];
  const { id, name } = hostedZone;
  const zone = await account.hostedZone(id);
  if (zone === null)
    return fault(`There is no hosted zone ${id} in this account: correct hostedZone, or leave it out.`);
  if (zone.name !== name) return fault(`The hosted zone ${id} is ${zone.name}, and not ${name}.`);
  if (domain.name === name || domain.name.endsWith(`.${name}`)) return [];
  return fault(`${domain.name} is not in the hosted zone ${name}.`);
}

/** Whether a name of a certificate, which may begin with `*.`, is for a host: the star is one label. */
function covers(certified: string, host: string): boolean {
  if (!certified.startsWith("*.")) return certified === host;
  return host.split(".").slice(1).join(".") === certified.slice(2);
}

function fault(message: string): Finding[] {
  return [{ stops: true, message }];
}
