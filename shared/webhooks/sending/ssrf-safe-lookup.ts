import { Resolver } from "node:dns/promises";
import { isIPv6, type LookupFunction } from "node:net";
import type { UrlRules } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { isLoopbackAddress, isPublicAddress } from "./address.ts";

/** The addresses of a host; rejects where it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The code of the error for a host with an address that nothing may be sent to. */
export const addressRefused = "ERR_ADDRESS_REFUSED";

/**
 * Asks the DNS for both families. Never through `getaddrinfo`, which would add search domains and the hosts file, and
 * whose few threads one slow name server could hold against everybody else. Two tries leave time for the connection.
 */
export function dnsResolve(resolver: Resolver = new Resolver({ timeout: 1_000, tries: 2 })): Resolve {
  return async (host) => {
    // RFC 6761, section 6.3: this name never goes to the DNS.
    if (host === "localhost") return ["127.0.0.1", "::1"];
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    if (ipv4.status === "rejected" && ipv6.status === "rejected") throw ipv4.reason;
    return [ipv4, ipv6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  };
}

/**
 * A `lookup` for `node:net` that answers only when every address of the host may be sent to, so that the connection
 * goes to an address that was checked. Node does not call it for IP literals: those are checked with the URL.
 */
export function checkedLookup(resolve: Resolve, rules: UrlRules): LookupFunction {
  const isAllowed = (address: string) =>
    isPublicAddress(address) || (rules.allowLoopback && isLoopbackAddress(address));

  return (host, { all, family }, callback) => {
    const answer = async () => {
      const found = await resolve(host);
      if (!found.every(isAllowed)) throw failure(addressRefused);
      const addresses = found
        .map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
        .filter((address) => !family || address.family === family);
      const [first] = addresses;
      if (first === undefined) throw failure("ENODATA");
      return { addresses, first };
    };
    answer().then(
      ({ addresses, first }) => (all ? callback(null, addresses) : callback(null, first.address, first.family)),
      (error) => callback(error, []),
    );
  };
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
