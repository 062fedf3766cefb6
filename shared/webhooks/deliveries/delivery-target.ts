import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { hostOf, isLoopbackHost } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { decryptHeaders, type StaticHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import type { DeliveryPorts } from "./delivery-ports.ts";

/** The URL of an endpoint, with its decrypted secrets and headers. */
export type DeliveryTarget = {
  readonly url: string;
  /** Identifies the receiver for the host's rate limit. */
  readonly host: string;
  /** The signing secrets, newest first. */
  readonly secrets: readonly string[];
  /** The headers that the owner adds to each request. */
  readonly headers: StaticHeaders;
};

/** Decrypts the signing secrets that have not expired, and the headers. */
export async function decryptTarget(
  { encryption, now }: Pick<DeliveryPorts, "encryption" | "now">,
  endpoint: Endpoint,
): Promise<DeliveryTarget> {
  const at = now().toISOString();
  const signing = endpoint.secrets.filter(({ expires_at }) => expires_at === null || expires_at > at);
  const [headers, ...secrets] = await Promise.all([
    decryptHeaders(encryption, endpoint),
    ...signing.map(({ sealed: ciphertext }) => encryption.decrypt(ciphertext, endpoint)),
  ]);
  return { url: endpoint.url, host: hostKeyOf(endpoint.url), secrets, headers };
}

/** Returns the name or address of a URL's host. On loopback, each port is a receiver of its own. */
export function hostKeyOf(url: string): string {
  const parsed = new URL(url);
  const host = hostOf(parsed);
  return isLoopbackHost(host) ? parsed.host : host;
}
