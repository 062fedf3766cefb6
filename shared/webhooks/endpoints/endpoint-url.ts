import { ActivityError } from "#shared/errors.ts";
import { blockedPorts } from "#shared/webhooks/addresses/blocked.ts";
import { isAddress, isLoopbackAddress, isPublicAddress } from "#shared/webhooks/addresses/ip-address.ts";

export type EndpointUrlRules = {
  /** Hosts of this API, to which nothing is sent; with a port if only that port belongs to the API. */
  readonly ownHosts: readonly string[];
  /** For the local runtime: accepts loopback hosts, also with http. */
  readonly allowLoopback: boolean;
};

const maxLength = 2048;

/**
 * Parses the URL of an endpoint as WHATWG URL does. Returns it normalised. Throws `ActivityError` `invalid_value` for a
 * URL to which nothing can or may be sent. Resolved addresses are checked at connect time.
 */
export function parseEndpointUrl(text: string, rules: EndpointUrlRules): string {
  const authority = authorityOf(text);
  const url = URL.parse(text);
  if (url === null) throw urlError("has no valid host, or no valid port");
  url.hostname = withoutFinalDot(url.hostname);
  const host = hostOf(url);
  const loopback = rules.allowLoopback && isLoopbackHost(host);
  if (url.protocol !== "https:" && !loopback) throw urlError("must begin with https://");
  if (blockedPorts.has(portOf(url))) throw urlError(`must not use port ${url.port}, which belongs to another protocol`);
  if (!loopback) assertPublicHost(host);
  assertSameSpelling(authority, url);
  if (isOwn(url, host, rules.ownHosts)) throw urlError("must not lead back to this API");
  if (url.href.length > maxLength) throw urlError(`must have at most ${maxLength} characters, percent-encoded`);
  return url.href;
}

/** Returns the host of a URL without the brackets of an IPv6 literal. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** Refuses characters that WHATWG URL would silently remove or keep. Returns the text between // and the path. */
function authorityOf(text: string): string {
  if (text.length > maxLength) throw urlError(`must have at most ${maxLength} characters`);
  if (/[\s\p{Cc}\p{Cf}\p{Cs}\\]/u.test(text)) {
    throw urlError("must not hold white space, control characters or backslashes");
  }
  if (text.includes("#")) throw urlError("must not have a fragment: leave out the # and what follows");
  const [, authority] = /^https?:\/\/([^/?]+)/i.exec(text) ?? [];
  if (authority === undefined) throw urlError("must begin with https:// and a host");
  if (authority.includes("@"))
    throw urlError("must not hold a user name or password: send credentials by headers, as Authorization");
  return authority;
}

/** Refuses a host that WHATWG URL changes (decodes, maps, shortens): the stored URL must be the one that was sent. */
function assertSameSpelling(authority: string, { hostname }: URL): void {
  if (authority.startsWith("[")) return;
  const written = withoutFinalDot(authority.replace(/:\d*$/, "")).toLowerCase();
  if (written !== hostname) throw urlError(`must have its host spelt as ${hostname}`);
}

/** Removes the dot that makes a name absolute (RFC 1034, section 3.1). All names here are absolute. */
function withoutFinalDot(name: string): string {
  return name.replace(/\.$/, "");
}

/** Names that are never public: RFC 6761, section 6.3; RFC 6762; ICANN resolution 2024.07.29.06; RFC 8375. */
const localNames = ["localhost", "local", "internal", "home.arpa"];

function assertPublicHost(host: string): void {
  if (isAddress(host)) {
    if (!isPublicAddress(host)) throw urlError("must not name an address that is not public");
    return;
  }
  const labels = host.split(".");
  // RFC 1035, section 2.3.4; underscores are not valid in hosts, but in use.
  if (host.length > 253 || !labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label))) {
    throw urlError("must use a public DNS hostname");
  }
  if (labels.length === 1 || localNames.some((name) => `.${host}`.endsWith(`.${name}`))) {
    throw urlError("must name a host on the public Internet");
  }
}

function isOwn(url: URL, host: string, ownHosts: readonly string[]): boolean {
  return ownHosts.some((own) => {
    const [, ownHost = "", port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(own.toLowerCase()) ?? [];
    // A server on one loopback address usually listens on all of them, so they count as one.
    const sameHost = ownHost === host || (isLoopbackHost(ownHost) && isLoopbackHost(host));
    return sameHost && (port === undefined || Number(port) === portOf(url));
  });
}

/** Whether a host, without brackets, is a loopback host. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || isLoopbackAddress(host);
}

function urlError(problem: string): ActivityError {
  return new ActivityError("invalid_value", `The url ${problem}.`, { field: "url" });
}
