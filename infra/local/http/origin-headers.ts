import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import type { GatewayRequest } from "./payload-v2.ts";

const headerSchema = z.object({ HeaderName: z.string(), HeaderValue: z.string() });
const originSchema = z.object({
  S3OriginConfig: z.unknown().optional(),
  OriginCustomHeaders: z.array(headerSchema).default([]),
});
const distributionSchema = z.object({ DistributionConfig: z.object({ Origins: z.array(originSchema) }) });

/**
 * The part of a CloudFront distribution that the API behind it notices: each request gets the custom headers of its
 * origin, in place of headers of these names that the caller sent. Requests are unchanged without a distribution.
 */
export function createOriginHeaderAdder(resources: TemplateResources): (request: GatewayRequest) => GatewayRequest {
  const distributions = resources.ofType("AWS::CloudFront::Distribution");
  const origins = distributions
    .flatMap((one) => parseProperties(distributionSchema, one).DistributionConfig.Origins)
    .filter(({ S3OriginConfig }) => S3OriginConfig === undefined);
  if (origins.length > 1) throw new Error(`The local runtime knows one origin of CloudFront, not ${origins.length}.`);
  const added = origins.flatMap(({ OriginCustomHeaders }) => OriginCustomHeaders);
  const names = new Set(added.map(({ HeaderName }) => HeaderName.toLowerCase()));
  return (request) => {
    if (added.length === 0) return request;
    const kept = request.rawHeaders.filter(
      (_, at) => !names.has(request.rawHeaders[at - (at % 2)]?.toLowerCase() ?? ""),
    );
    return { ...request, rawHeaders: [...kept, ...added.flatMap((one) => [one.HeaderName, one.HeaderValue])] };
  };
}
