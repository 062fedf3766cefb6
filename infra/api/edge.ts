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
import { aliasRecords } from "./alias-records.ts";
import type { DomainSettings } from "./api-domain.ts";
import { EdgeAcl, type EdgeLimits, globalRegion } from "./edge-acl.ts";

export type EdgeSettings = EdgeLimits & {
  /** The output `WebAclArn` of the stack `…-edge`; `null` where the stage is in us-east-1 and has the ACL itself. */
  readonly webAclArn: string | null;
  /**
   * Whether the functions refuse requests that reach API Gateway past CloudFront. Deploy with `false` first, and with
   * `true` once the name leads to CloudFront: otherwise nobody is served in between.
   */
  readonly isOnlyWay: boolean;
};

export type EdgeProps = {
  readonly api: HttpApi;
  readonly domain: DomainSettings | null;
  readonly settings: EdgeSettings;
};

/**
 * CloudFront and WAF before the HTTP API: each caller meets a limit of its own before the one that all callers share.
 * CloudFront proves itself to the functions by a secret header, since an HTTP API cannot be closed to others.
 */
export class Edge extends Construct {
  readonly distribution: Distribution;
  readonly #secret: string;
  readonly #isOnlyWay: boolean;

  constructor(scope: Construct, id: string, { api, domain, settings }: EdgeProps) {
    super(scope, id);
    const { name, certificateArn, hostedZone } = ownDomain(domain);
    this.#isOnlyWay = settings.isOnlyWay;
    const secret = new Secret(this, "Secret", {
      description: "CloudFront proves by it to the functions that a request came through it.",
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
    });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions::AwsSolutions-SMG4",
      reason: "CloudFront and the functions read it when they are deployed: a rotation between would refuse everybody.",
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
        // Also keeps requests of different callers for one path from being answered by one response: see "Simultaneous
        // requests for the same object" in CloudFront's guide.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: this.#passOn(),
      },
    });
    acknowledgeRules(this.distribution);
    if (hostedZone !== undefined) aliasRecords(scope, { name, hostedZone }, new CloudFrontTarget(this.distribution));
  }

  /**
   * As the managed policy AllViewerExceptHostHeader, but without cookies: nothing here reads any, and where they are passed
   * on CloudFront does not support `If-None-Match` (see "Cache content based on cookies" in its guide).
   */
  #passOn(): OriginRequestPolicy {
    return new OriginRequestPolicy(this, "PassOn", {
      comment: "Everything but Host and cookies.",
      headerBehavior: OriginRequestHeaderBehavior.denyList("host"),
      cookieBehavior: OriginRequestCookieBehavior.none(),
      queryStringBehavior: OriginRequestQueryStringBehavior.all(),
    });
  }

  /** Has a function know requests that came through CloudFront, and refuse others where this is the only way. */
  guard(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.edgeSecret, this.#secret);
    fn.addEnvironment(envVars.edgeOnlyWay, String(this.#isOnlyWay));
  }
}

/** The domain that an edge cannot be without. Throws where the stage has none, or one that CloudFront cannot serve. */
function ownDomain(domain: DomainSettings | null): DomainSettings {
  if (domain === null) {
    throw new Error("An edge needs a domain: the name that CloudFront gives accepts outdated versions of TLS.");
  }
  if (domain.certificateArn.split(":")[3] !== globalRegion) {
    throw new Error(
      `With an edge, the domain's certificate has to be in ${globalRegion}, where CloudFront looks for it.`,
    );
  }
  return domain;
}

/** The web ACL of this stack, or the one that is given. Reports an error where it could be neither. */
function webAcl(edge: Edge, { webAclArn, ...limits }: EdgeSettings): { webAclId?: string } {
  if (webAclArn !== null) return { webAclId: webAclArn };
  const { region, stackName } = Stack.of(edge);
  if (region === globalRegion) return { webAclId: new EdgeAcl(edge, "Acl", limits).arn };
  Annotations.of(edge).addError(
    `Deploy ${stackName}-edge first, then set edge.webAclArn to its output WebAclArn: CloudFront takes web ACLs of ${globalRegion} only.`,
  );
  return {};
}

function acknowledgeRules(distribution: Distribution): void {
  const reasons = {
    CFR1: "Partners may be anywhere.",
    CFR3: "Its log has queries and user agents, which may name people; API Gateway logs each request that passes.",
  };
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(distribution).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}
