import { DomainName, SecurityPolicy } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { ARecord, HostedZone, RecordTarget } from "aws-cdk-lib/aws-route53";
import { ApiGatewayv2DomainProperties } from "aws-cdk-lib/aws-route53-targets";
import { Construct } from "constructs";

/** A custom domain name of the API, such as `activity.example.com`. */
export type DomainSettings = {
  readonly name: string;
  /** ARN of an ACM certificate for the name, in the region of the stack; with an edge, in us-east-1. */
  readonly certificateArn: string;
  /** The Route 53 zone that gets the record; without it, the record is managed elsewhere. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
};

/** A custom domain name for an HTTP API, and its DNS record if the hosted zone is given. */
export class ApiDomain extends Construct {
  readonly domainName: DomainName;

  constructor(scope: Construct, id: string, { name, certificateArn, hostedZone }: DomainSettings) {
    super(scope, id);
    this.domainName = new DomainName(this, "Name", {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    if (hostedZone === undefined) return;
    const { regionalDomainName, regionalHostedZoneId } = this.domainName;
    new ARecord(this, "Record", {
      recordName: name,
      zone: HostedZone.fromHostedZoneAttributes(this, "Zone", {
        hostedZoneId: hostedZone.id,
        zoneName: hostedZone.name,
      }),
      target: RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId)),
    });
  }
}
