import { AaaaRecord, ARecord, HostedZone, type IAliasRecordTarget, RecordTarget } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";

export type AliasRecordsProps = {
  readonly name: string;
  readonly hostedZone: { readonly id: string; readonly name: string };
};

/**
 * Adds alias records of a name for CloudFront (IPv4 and IPv6). The IPv4 record has the logical id of the record of
 * `ApiDomain`, so that CloudFormation updates it in place: creating a second record of the name would fail.
 */
export function addAliasRecords(scope: Construct, { name, hostedZone }: AliasRecordsProps, alias: IAliasRecordTarget) {
  const domain = new Construct(scope, "Domain");
  const zone = HostedZone.fromHostedZoneAttributes(domain, "Zone", {
    hostedZoneId: hostedZone.id,
    zoneName: hostedZone.name,
  });
  const record = { recordName: name, zone, target: RecordTarget.fromAlias(alias) };
  new ARecord(domain, "Record", record);
  new AaaaRecord(domain, "RecordIpv6", record);
}
