import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource, TemplateResources } from "#infra/local/template/resources.ts";
import { type ResponseHeaders, responseHeadersOf } from "./response-headers.ts";

const behaviorSchema = z.object({
  ResponseHeadersPolicyId: z.string().optional(),
  FunctionAssociations: z
    .array(z.object({ EventType: z.literal("viewer-request"), FunctionARN: z.string() }))
    .max(1)
    .default([]),
});
const distributionSchema = z.object({
  DistributionConfig: z.object({
    Origins: z.array(z.object({ S3OriginConfig: z.unknown().optional() })),
    DefaultCacheBehavior: behaviorSchema,
    CacheBehaviors: z.array(behaviorSchema.extend({ PathPattern: z.string() })).default([]),
  }),
});
const functionSchema = z.object({
  FunctionCode: z.string(),
  FunctionConfig: z.object({ Runtime: z.literal("cloudfront-js-2.0") }),
});

/** What a distribution does with the requests whose path matches a pattern. */
export type CacheBehavior = {
  readonly paths: RegExp;
  /** Headers that it adds to each response. */
  readonly headers: ResponseHeaders;
  /** Code of the function that sees each request first. */
  readonly viewerRequest: string | undefined;
};

/** Reads the behaviors of the template's distribution of a bucket, in the order of their precedence; undefined without one. */
export function parseDistribution(resources: TemplateResources): readonly CacheBehavior[] | undefined {
  const [found, second] = resources
    .ofType("AWS::CloudFront::Distribution")
    .map((resource) => parseProperties(distributionSchema, resource).DistributionConfig)
    .filter(({ Origins }) => Origins.some(({ S3OriginConfig }) => S3OriginConfig !== undefined));
  if (found === undefined) return undefined;
  if (second !== undefined) throw new Error("The local runtime serves the files of one bucket.");
  const policies = resources.ofType("AWS::CloudFront::ResponseHeadersPolicy");
  const functions = resources.ofType("AWS::CloudFront::Function");
  return [...found.CacheBehaviors, { ...found.DefaultCacheBehavior, PathPattern: "*" }].map((behavior) => {
    const [association] = behavior.FunctionAssociations;
    const policy = policies.find(({ ref }) => ref === behavior.ResponseHeadersPolicyId);
    return {
      paths: toRegExp(behavior.PathPattern),
      headers: policy === undefined ? {} : responseHeadersOf(policy),
      viewerRequest: association && codeOf(functions, association.FunctionARN),
    };
  });
}

function codeOf(functions: readonly TemplateResource[], functionArn: string): string {
  const found = functions.find(({ arn }) => arn === functionArn);
  if (found === undefined) throw new Error(`The template has no CloudFront function ${functionArn}.`);
  return parseProperties(functionSchema, found).FunctionCode;
}

/** See "Path pattern" in the CloudFront developer guide. */
function toRegExp(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
