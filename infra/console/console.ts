import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Duration, Validations } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  CachePolicy,
  Function as CloudFrontFunction,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  type ResponseHeadersPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { addAliasRecords } from "#infra/api/alias-records.ts";
import type { DomainSettings } from "#infra/api/api-domain.ts";
import { globalRegion } from "#infra/api/edge-acl.ts";
import { retainExceptOnCreate, uniqueName } from "#infra/constructs/retention.ts";
import type { ConsoleSettings } from "./console-settings.ts";
import { createResponseHeaders } from "./response-headers.ts";

export type ConsoleProps = {
  readonly settings: ConsoleSettings;
  /** Origin of the API, which the pages call. */
  readonly apiOrigin: string;
  readonly isProduction: boolean;
};

/** Days for which a file that a deployment replaced can be restored. */
const restorableDays = 90;

/** The files of the console in a private bucket, served by CloudFront. `npm run deploy` uploads them. */
export class Console extends Construct {
  readonly bucket: Bucket;
  readonly distribution: Distribution;
  /** Such as `https://console.example.com`. */
  readonly origin: string;

  constructor(scope: Construct, id: string, { settings, apiOrigin, isProduction }: ConsoleProps) {
    super(scope, id);
    const { domain, portalFrameAncestors } = settings;
    if (isProduction && domain === null) {
      throw new Error("console.domain is missing: the name that CloudFront assigns accepts outdated TLS versions.");
    }
    this.bucket = createBucket(this);
    this.distribution = new Distribution(this, "Distribution", {
      comment: "The console of the activity log.",
      ...(domain === null ? {} : domainProps(this, domain)),
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...createBehaviors(this, this.bucket, {
        headers: createResponseHeaders(this, "Headers", { apiOrigin, frameAncestors: [] }),
        portalHeaders: createResponseHeaders(this, "PortalHeaders", {
          apiOrigin,
          frameAncestors: portalFrameAncestors,
        }),
      }),
    });
    acknowledgeRules(this.distribution, domain);
    this.origin = `https://${domain?.name ?? this.distribution.distributionDomainName}`;
    if (domain?.hostedZone !== undefined) {
      const { name, hostedZone } = domain;
      addAliasRecords(this, { name, hostedZone }, new CloudFrontTarget(this.distribution));
    }
  }
}

/** Versioned, so that a former release can be restored without a build: see docs/operate/procedures.md. */
function createBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, "Bucket", {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    versioned: true,
    lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(restorableDays) }],
    removalPolicy: retainExceptOnCreate,
  });
  const reason = "Only CloudFront reads it, and its files are public in the source code.";
  Validations.of(bucket).acknowledge({ id: "AwsSolutions::AwsSolutions-S1", reason });
  return bucket;
}

function createOrigin(scope: Construct, bucket: Bucket): IOrigin {
  const originAccessControl = new S3OriginAccessControl(scope, "OriginAccess", {
    originAccessControlName: uniqueName("activity-log-console"),
  });
  assertNoWebsite(bucket);
  return S3BucketOrigin.withOriginAccessControl(bucket, { originAccessControl });
}

/** Access control works without one only. Also narrows a property that the CDK declares in two ways. */
function assertNoWebsite(bucket: Bucket): asserts bucket is Bucket & { readonly isWebsite: false } {
  if (bucket.isWebsite) throw new Error("The bucket must not be a website.");
}

type PageHeaders = Readonly<Record<"headers" | "portalHeaders", ResponseHeadersPolicy>>;

function createBehaviors(scope: Construct, bucket: Bucket, { headers, portalHeaders }: PageHeaders) {
  const viewerRequest = new CloudFrontFunction(scope, "ViewerRequest", {
    comment: "Returns the page of the console for any path.",
    code: FunctionCode.fromInline(readFileSync(join(import.meta.dirname, "viewer-request.js"), "utf8")),
    runtime: FunctionRuntime.JS_2_0,
  });
  const common = {
    origin: createOrigin(scope, bucket),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  };
  const page = {
    ...common,
    // Not cached, so that a deployment needs no invalidation: the page names the files of its release.
    cachePolicy: CachePolicy.CACHING_DISABLED,
    functionAssociations: [{ function: viewerRequest, eventType: FunctionEventType.VIEWER_REQUEST }],
  };
  const portal = { ...page, responseHeadersPolicy: portalHeaders };
  return {
    defaultBehavior: { ...page, responseHeadersPolicy: headers },
    additionalBehaviors: {
      "/console/assets/*": { ...common, cachePolicy: CachePolicy.CACHING_OPTIMIZED, responseHeadersPolicy: headers },
      "/console/portal": portal,
      "/console/portal/*": portal,
    },
  };
}

/** Throws if the certificate is in a region where CloudFront cannot use it. */
function domainProps(scope: Construct, { name, certificateArn }: DomainSettings) {
  if (certificateArn.split(":")[3] !== globalRegion) {
    throw new Error(`console.domain.certificateArn must be in ${globalRegion}: CloudFront requires it.`);
  }
  return {
    domainNames: [name],
    certificate: Certificate.fromCertificateArn(scope, "Certificate", certificateArn),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  };
}

function acknowledgeRules(distribution: Distribution, domain: DomainSettings | null): void {
  const reasons = {
    CFR1: "Operators may be in any country.",
    CFR2: "It serves files that are public in the source code. The API has limits of its own.",
    CFR3: "Its log would contain paths and filters, which may name people. The API logs each request for data.",
    ...(domain === null && {
      CFR4: "CloudFront chooses the TLS versions of its own names. Production requires a domain.",
    }),
  };
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(distribution).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}
