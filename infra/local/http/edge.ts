import * as z from "zod";
import { propertiesOf } from "#infra/local/template/properties.ts";
import type { Resources } from "#infra/local/template/resources.ts";
import type { HttpRequest } from "./event.ts";

const Header = z.object({ HeaderName: z.string(), HeaderValue: z.string() });
const Origin = z.object({ OriginCustomHeaders: z.array(Header).default([]) });
const Distribution = z.object({ DistributionConfig: z.object({ Origins: z.array(Origin) }) });

/**
 * The part of a CloudFront distribution that the API behind it notices: each request gets the custom headers of its
 * origin, in place of headers of these names that the caller sent. Requests are unchanged without a distribution.
 */
export function edgeOf(resources: Resources): (request: HttpRequest) => HttpRequest {
  const distributions = resources.ofType("AWS::CloudFront::Distribution");
  const origins = distributions.flatMap((one) => propertiesOf(Distribution, one).DistributionConfig.Origins);
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
