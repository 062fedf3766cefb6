import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { CfnWebACL } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

export type EdgeLimits = {
  /** Requests of five minutes, before WAF answers 429: from one address, and with one token or API key. */
  readonly requestsPerFiveMinutes: { readonly perAddress: number; readonly perToken: number };
};

/** Where web ACLs for CloudFront have to be: see "Scope" of CreateWebACL in the API reference of WAF. */
export const globalRegion = "us-east-1";

/** Other blanks and other letter case in `Authorization` are the same token to the functions, so they count as one. */
const textTransformations = ["COMPRESS_WHITE_SPACE", "LOWERCASE"].map((type, priority) => ({ priority, type }));

const tooMany = { code: "rate_limit.exceeded", message: "Too many requests. Wait for a minute, then send fewer." };

/** Rate limits of each caller, applied before the API: WAF counts each address, each token and each API key apart. */
export class EdgeAcl extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { requestsPerFiveMinutes: { perAddress, perToken } }: EdgeLimits) {
    super(scope, id);
    const perHeader = (header: string) => ({
      limit: perToken,
      aggregateKeyType: "CUSTOM_KEYS",
      customKeys: [{ header: { name: header, textTransformations } }],
    });
    const limits = {
      PerAddress: { limit: perAddress, aggregateKeyType: "IP" },
      PerToken: perHeader("authorization"),
      PerApiKey: perHeader("x-api-key"),
    };
    const acl = new CfnWebACL(this, "Acl", {
      scope: "CLOUDFRONT",
      description: "Rate limits of each caller of the activity log.",
      defaultAction: { allow: {} },
      visibilityConfig: metricsOf("All"),
      customResponseBodies: { TooMany: { contentType: "APPLICATION_JSON", content: JSON.stringify(tooMany) } },
      rules: Object.entries(limits).map(([name, rateBasedStatement], priority) => ({
        name,
        priority,
        statement: { rateBasedStatement: { ...rateBasedStatement, evaluationWindowSec: 300 } },
        action: {
          block: {
            customResponse: {
              responseCode: 429,
              customResponseBodyKey: "TooMany",
              responseHeaders: [{ name: "retry-after", value: "60" }],
            },
          },
        },
        visibilityConfig: metricsOf(name),
      })),
    });
    this.arn = acl.attrArn;
  }
}

/** The web ACL of a stage outside us-east-1, in a stack of its own. It is deployed first. */
export class EdgeAclStack extends Stack {
  constructor(scope: Construct, id: string, limits: EdgeLimits, props?: StackProps) {
    super(scope, id, { ...props, env: { region: globalRegion } });
    new CfnOutput(this, "WebAclArn", { value: new EdgeAcl(this, "EdgeAcl", limits).arn });
  }
}

/** Counts in CloudWatch. No samples: they show the headers of requests, and with them tokens. */
function metricsOf(metricName: string) {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
