import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { CfnWebACL } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

export type EdgeLimits = {
  /** Requests in five minutes before WAF responds 429: of one IP address, and of one token or API key. */
  readonly requestsPerFiveMinutes: { readonly perAddress: number; readonly perToken: number };
};

/** The region of web ACLs for CloudFront: see `Scope` of CreateWebACL in the API reference of WAF. */
export const globalRegion = "us-east-1";

/** The functions ignore white space and letter case in `Authorization`, so WAF must count such variants together. */
const textTransformations = ["COMPRESS_WHITE_SPACE", "LOWERCASE"].map((type, priority) => ({ priority, type }));

const tooMany = { code: "rate_limit.exceeded", message: "Too many requests. Wait for a minute, then send fewer." };

/** Rate limits in front of the API: WAF counts each IP address, each token and each API key separately. */
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

/** A separate stack in us-east-1 with the web ACL of a stage in another region. Must be deployed first. */
export class EdgeAclStack extends Stack {
  constructor(scope: Construct, id: string, limits: EdgeLimits, props?: StackProps) {
    super(scope, id, { ...props, env: { region: globalRegion } });
    new CfnOutput(this, "WebAclArn", { value: new EdgeAcl(this, "EdgeAcl", limits).arn });
  }
}

/** Returns the settings of a CloudWatch metric. No sampled requests: they would show headers, including tokens. */
function metricsOf(metricName: string) {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
