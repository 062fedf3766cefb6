import { ActivityError } from "#shared/errors.ts";
import { BoundedMap } from "#shared/platform/cache.ts";
import { type EndpointUrlRules, hostOf, parseEndpointUrl, portOf } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { type SendFailure, urlRefusedFailure } from "./send-failure.ts";

/** A validated URL, in the parts that `node:http` needs. */
export type HttpTarget = {
  readonly secure: boolean;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The value of the Host header. */
  readonly authority: string;
  readonly path: string;
};

/** More URLs than one function instance sends to at a time. Beyond it, the cache is cleared. */
const maxCachedTargets = 1_000;

/**
 * Creates a parser of URLs. It returns a failure if the URL is not allowed, because the rules may have changed since it
 * was stored. It caches the results: parsing takes as long as signing a body.
 */
export function createHttpTargetParser(rules: EndpointUrlRules): (text: string) => HttpTarget | SendFailure {
  const cache = new BoundedMap<string, HttpTarget | SendFailure>(maxCachedTargets);
  return (text) => {
    const cached = cache.get(text);
    if (cached !== undefined) return cached;
    const target = parseTarget(text, rules);
    cache.set(text, target);
    return target;
  };
}

function parseTarget(text: string, rules: EndpointUrlRules): HttpTarget | SendFailure {
  try {
    const url = new URL(parseEndpointUrl(text, rules));
    return {
      secure: url.protocol === "https:",
      host: hostOf(url),
      port: portOf(url),
      authority: url.host,
      path: `${url.pathname}${url.search}`,
    };
  } catch (error) {
    if (error instanceof ActivityError) return urlRefusedFailure(error.message);
    throw error;
  }
}
