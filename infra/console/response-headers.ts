import { Duration } from "aws-cdk-lib";
import { HeadersReferrerPolicy, ResponseHeadersPolicy } from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import { uniqueName } from "#infra/constructs/retention.ts";

export type ResponseHeadersProps = {
  /** Origin of the API, which pages may call. */
  readonly apiOrigin: string;
  /** Origins of pages that may show these in a frame. */
  readonly frameAncestors: readonly string[];
};

/** Features of browsers that the console does not use, nor may a script that got into it. */
const unusedFeatures = ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"];

/**
 * Creates the headers that CloudFront adds to the pages and files of the console (OWASP, "HTTP Security Response Headers
 * Cheat Sheet"). Without `X-Frame-Options`: browsers ignore it beside `frame-ancestors`, which can name origins.
 */
export function createResponseHeaders(
  scope: Construct,
  id: string,
  props: ResponseHeadersProps,
): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, id, {
    // Names are unique in an account, over all regions.
    responseHeadersPolicyName: uniqueName(`activity-log-console-${id}`),
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(props), override: true },
      contentTypeOptions: { override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: "cross-origin-opener-policy", value: "same-origin", override: true },
        {
          header: "permissions-policy",
          value: unusedFeatures.map((feature) => `${feature}=()`).join(", "),
          override: true,
        },
      ],
    },
  });
}

/** Styles are constructable style sheets, so not even `style-src` needs `unsafe-inline`. */
function contentSecurityPolicy({ apiOrigin, frameAncestors }: ResponseHeadersProps): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${apiOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(" ")}`,
  ].join("; ");
}
