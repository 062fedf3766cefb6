import { Annotations, Duration, Fn, Stack, Validations } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { edgeHeaders } from "#shared/api/handlers/edge-headers.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { addAliasRecords } from "./alias-records.ts";
import type { DomainSettings } from "./api-domain.ts";
import { EdgeAcl, type EdgeLimits, globalRegion } from "./edge-acl.ts";

export type EdgeSettings = EdgeLimits & {
  /** The output `WebAclArn` of the stack `…-edge`; `null` if the stage is in us-east-1, whose stack has the ACL. */
  readonly webAclArn: string | null;
  /**
   * True if the functions reject requests that bypass CloudFront. Deploy with `false` first, then with `true` once DNS
   * points to CloudFront: otherwise all requests are rejected in between.
   */
  readonly isRequired: boolean;
};

export type EdgeProps = {
  readonly api: HttpApi;
  readonly domain: DomainSettings | null;
  readonly settings: EdgeSettings;
};

/**
 * CloudFront and WAF in front of the HTTP API: limits for each caller apply before the limit that all callers share.
 * CloudFront sends a secret header that the functions check, because an HTTP API cannot restrict its clients.
 */
export class Edge extends Construct {
  readonly distribution: Distribution;
  readonly #secret: string;
  readonly #isRequired: boolean;

  constructor(scope: Construct, id: string, { api, domain, settings }: EdgeProps) {
    super(scope, id);
    const { name, certificateArn, hostedZone } = requireDomain(domain);
    this.#isRequired = settings.isRequired;
    const secret = new Secret(this, "Secret", {
      description: "Secret header by which the functions recognise requests from CloudFront.",
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
    });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions::AwsSolutions-SMG4",
      reason: "CloudFront and the functions read it at deployment: a rotation in between would reject all requests.",
    });
    this.#secret = secret.secretValue.unsafeUnwrap();
    this.distribution = new Distribution(this, "Distribution", {
      comment: "The activity log.",
      domainNames: [name],
      certificate: Certificate.fromCertificateArn(this, "Certificate", certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2,
      ...webAcl(this, settings),
      defaultBehavior: {
        origin: new HttpOrigin(Fn.select(2, Fn.split("/", api.apiEndpoint)), {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          readTimeout: Duration.seconds(30),
          customHeaders: { [edgeHeaders.secret]: this.#secret, [edgeHeaders.host]: name },
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        // Also prevents one response from serving requests of different callers: see "Simultaneous requests for the
        // same object" in the CloudFront developer guide.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: this.#createOriginRequestPolicy(),
      },
    });
    acknowledgeRules(this.distribution);
    if (hostedZone !== undefined) addAliasRecords(scope, { name, hostedZone }, new CloudFrontTarget(this.distribution));
  }

  /**
   * The managed policy AllViewerExceptHostHeader without cookies: no function reads them, and CloudFront does not support
   * `If-None-Match` if it forwards them (see "Cache content based on cookies" in its developer guide).
   */
  #createOriginRequestPolicy(): OriginRequestPolicy {
    return new OriginRequestPolicy(this, "PassOn", {
      comment: "Everything but Host and cookies.",
      headerBehavior: OriginRequestHeaderBehavior.denyList("host"),
      cookieBehavior: OriginRequestCookieBehavior.none(),
      queryStringBehavior: OriginRequestQueryStringBehavior.all(),
    });
  }

  /** Lets a function recognise requests from CloudFront, and reject others if the stage requires CloudFront. */
  protect(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.edgeSecret, this.#secret);
    fn.addEnvironment(envVars.edgeRequired, String(this.#isRequired));
  }
}

/** Returns the domain of the edge. Throws if the stage has no domain, or one that CloudFront cannot serve. */
function requireDomain(domain: DomainSettings | null): DomainSettings {
  if (domain === null) {
    throw new Error("edge requires a domain: the default name of CloudFront accepts outdated TLS versions.");
  }
  if (domain.certificateArn.split(":")[3] !== globalRegion) {
    throw new Error(
      `domain.certificateArn must be in ${globalRegion} if the stage has an edge: CloudFront requires it.`,
    );
  }
  return domain;
}

/** Returns the configured web ACL, or creates one in us-east-1. Reports an error if neither is possible. */
function webAcl(edge: Edge, { webAclArn, ...limits }: EdgeSettings): { webAclId?: string } {
  if (webAclArn !== null) return { webAclId: webAclArn };
  const { region, stackName } = Stack.of(edge);
  if (region === globalRegion) return { webAclId: new EdgeAcl(edge, "Acl", limits).arn };
  Annotations.of(edge).addError(
    `Deploy ${stackName}-edge first, then set edge.webAclArn to its output WebAclArn: CloudFront requires a web ACL in ${globalRegion}.`,
  );
  return {};
}

function acknowledgeRules(distribution: Distribution): void {
  const reasons = {
    CFR1: "Partners may be in any country.",
    CFR3: "Its log contains queries and user agents, which may name people. API Gateway logs each request.",
  };
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(distribution).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}
