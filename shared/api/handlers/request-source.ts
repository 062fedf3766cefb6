import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { isEqual } from "#shared/auth/token-format.ts";
import { edgeHeaders } from "./edge-headers.ts";

/** How a function recognises requests from the CloudFront distribution in front of the API. */
export type EdgeTrust = { readonly secret: string; readonly isRequired: boolean };

export type RequestSource = {
  /** The caller's IP address. */
  readonly ip: string;
  /** Scheme and host that the caller used, for links in responses. */
  readonly origin: string;
  /** Whether the request bypassed CloudFront although it is required. */
  readonly bypassedEdge: boolean;
};

/**
 * Returns the address and the origin of a request. Headers of CloudFront are trusted only with the secret that it adds,
 * because a caller can send the same headers directly to API Gateway.
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
 * Returns the address that CloudFront added. CloudFront appends the viewer's, then API Gateway appends CloudFront's; all
 * addresses before these can be forged by the caller.
 */
function viewerAddress(forwardedFor: string, cloudFront: string): string {
  const addresses = forwardedFor.split(",").map((address) => address.trim());
  if (addresses.length > 1 && addresses.at(-1) === cloudFront) addresses.pop();
  return addresses.at(-1) || cloudFront;
}
