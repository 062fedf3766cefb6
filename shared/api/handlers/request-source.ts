import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { isEqual } from "#shared/auth/token.ts";
import { edgeHeaders } from "./edge-headers.ts";

/** The CloudFront distribution before the API, as a function knows it. */
export type EdgeTrust = { readonly secret: string; readonly isRequired: boolean };

export type RequestSource = {
  /** The network address that the request came from. */
  readonly ip: string;
  /** Scheme and host that the caller used, as links in responses need it. */
  readonly origin: string;
  /** Whether it came past CloudFront although that is the only way. */
  readonly bypassedEdge: boolean;
};

/**
 * Returns who sent a request, and to which origin. What CloudFront says of it is believed only with the secret that it
 * sends along: anybody can send the same headers to API Gateway itself.
 */
export function getRequestSource(
  { headers, requestContext }: APIGatewayProxyEventV2,
  edge: EdgeTrust | null,
): RequestSource {
  const { sourceIp } = requestContext.http;
  if (edge !== null && isEqual(headers[edgeHeaders.secret] ?? "", edge.secret)) {
    const origin = `https://${headers[edgeHeaders.host] ?? requestContext.domainName}`;
    return { ip: viewerAddress(headers["x-forwarded-for"] ?? "", sourceIp), origin, bypassedEdge: false };
  }
  const origin = `${headers["x-forwarded-proto"] ?? "https"}://${headers.host ?? requestContext.domainName}`;
  return { ip: sourceIp, origin, bypassedEdge: edge?.isRequired ?? false };
}

/**
 * The last address that CloudFront added: it appends the viewer's, API Gateway appends CloudFront's behind it, and all
 * before is the caller's to invent.
 */
function viewerAddress(forwardedFor: string, cloudFront: string): string {
  const addresses = forwardedFor.split(",").map((address) => address.trim());
  if (addresses.length > 1 && addresses.at(-1) === cloudFront) addresses.pop();
  return addresses.at(-1) || cloudFront;
}
