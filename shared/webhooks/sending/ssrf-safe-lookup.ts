import { Resolver } from "node:dns/promises";
import { isIPv6, type LookupFunction } from "node:net";
import { isLoopbackAddress, isPublicAddress } from "#shared/webhooks/addresses/ip-address.ts";
import type { EndpointUrlRules } from "#shared/webhooks/endpoints/endpoint-url.ts";

/** Resolves a host to its addresses. Rejects if it has none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** The code of the error for a host with an address that is not allowed. */
export const addressRefusedCode = "ERR_ADDRESS_REFUSED";

/**
 * Creates a resolver that queries DNS for both families. It does not use `getaddrinfo`, which adds search domains and
 * the hosts file, and whose few threads one slow name server can block. Two tries leave time for the connection.
 */
export function createDnsResolver(resolver: Resolver = new Resolver({ timeout: 1_000, tries: 2 })): ResolveHost {
  return async (host) => {
    // RFC 6761, section 6.3: this name never goes to the DNS.
    if (host === "localhost") return ["127.0.0.1", "::1"];
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    if (ipv4.status === "rejected" && ipv6.status === "rejected") throw ipv4.reason;
    return [ipv4, ipv6].flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  };
}

/**
 * Creates a `lookup` for `node:net` that fails unless every address of the host is allowed. The connection then uses a
 * checked address. Node does not call it for IP literals, which are checked with the URL.
 */
export function createSsrfSafeLookup(resolve: ResolveHost, rules: EndpointUrlRules): LookupFunction {
  const isAllowed = (address: string) =>
    isPublicAddress(address) || (rules.allowLoopback && isLoopbackAddress(address));

  return (host, { all, family }, callback) => {
    const lookUp = async () => {
      const resolved = await resolve(host);
      if (!resolved.every(isAllowed)) throw lookupError(addressRefusedCode);
      const addresses = resolved
        .map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
        .filter((address) => !family || address.family === family);
      const [first] = addresses;
      if (first === undefined) throw lookupError("ENODATA");
      return { addresses, first };
    };
    lookUp().then(
      ({ addresses, first }) => (all ? callback(null, addresses) : callback(null, first.address, first.family)),
      (error) => callback(error, []),
    );
  };
}

function lookupError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
