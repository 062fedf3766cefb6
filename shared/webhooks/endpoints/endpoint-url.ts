import { ActivityError } from "#shared/errors.ts";
import { isAddress, isLoopbackAddress, isPublicAddress } from "#shared/webhooks/sending/address.ts";
import { badPorts } from "#shared/webhooks/sending/blocked-ports.ts";

export type UrlRules = {
  /** Hosts of our own API, where nothing is sent to; with a port where only that port is ours. */
  readonly ownHosts: readonly string[];
  /** For the local runtime: loopback hosts are accepted, over http as well. */
  readonly allowLoopback: boolean;
};

const maxLength = 2048;

/**
 * Reads the URL of an endpoint as WHATWG URL does, and answers it normalised. Throws `ActivityError` `invalid_value`,
 * with what to do, for what cannot or must not be sent to. What a name resolves to is judged only when it is dialled.
 */
export function readEndpointUrl(text: string, rules: UrlRules): string {
  const authority = checkText(text);
  const url = URL.parse(text);
  if (url === null) throw refused("has no valid host, or no valid port");
  url.hostname = withoutDot(url.hostname);
  const host = hostOf(url);
  const loopback = rules.allowLoopback && isLoopbackHost(host);
  if (url.protocol !== "https:" && !loopback) throw refused("must begin with https://");
  if (badPorts.has(portOf(url))) throw refused(`must not use port ${url.port}, which belongs to another protocol`);
  if (!loopback) checkHost(host);
  checkSpelling(authority, url);
  if (isOwn(url, host, rules.ownHosts)) throw refused("must not lead back to this API");
  if (url.href.length > maxLength) throw refused(`must have at most ${maxLength} characters, percent-encoded`);
  return url.href;
}

/** The host of a URL without the brackets of an IPv6 literal. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** Refuses what WHATWG URL would mend in silence or keep. Answers what was written between // and the path. */
function checkText(text: string): string {
  if (text.length > maxLength) throw refused(`must have at most ${maxLength} characters`);
  if (/[\s\p{Cc}\p{Cf}\p{Cs}\\]/u.test(text)) {
    throw refused("must not hold white space, control characters or backslashes");
  }
  if (text.includes("#")) throw refused("must not have a fragment: leave out the # and what follows");
  const [, authority] = /^https?:\/\/([^/?]+)/i.exec(text) ?? [];
  if (authority === undefined) throw refused("must begin with https:// and a host");
  if (authority.includes("@"))
    throw refused("must not hold a user name or password: send credentials by headers, as Authorization");
  return authority;
}

/** What is stored must be what its owner wrote: WHATWG URL decodes, maps and leaves out characters of a host. */
function checkSpelling(authority: string, { hostname }: URL): void {
  if (authority.startsWith("[")) return;
  const written = withoutDot(authority.replace(/:\d*$/, "")).toLowerCase();
  if (written !== hostname) throw refused(`must have its host spelt as ${hostname}`);
}

/** The dot that makes a name absolute (RFC 1034, section 3.1); every name here is. */
function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}

/** Never on the public Internet: RFC 6761, section 6.3; RFC 6762; ICANN resolution 2024.07.29.06; RFC 8375. */
const localNames = ["localhost", "local", "internal", "home.arpa"];

function checkHost(host: string): void {
  if (isAddress(host)) {
    if (!isPublicAddress(host)) throw refused("must not name an address that is not public");
    return;
  }
  const labels = host.split(".");
  // RFC 1035, section 2.3.4; underscores are not for hosts, and yet in use.
  if (host.length > 253 || !labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label))) {
    throw refused("must name a host of the DNS");
  }
  if (labels.length === 1 || localNames.some((name) => `.${host}`.endsWith(`.${name}`))) {
    throw refused("must name a host on the public Internet");
  }
}

function isOwn(url: URL, host: string, ownHosts: readonly string[]): boolean {
  return ownHosts.some((own) => {
    const [, ownHost = "", port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(own.toLowerCase()) ?? [];
    // A server on one loopback address mostly answers on all of them, so they count as one.
    const sameHost = ownHost === host || (isLoopbackHost(ownHost) && isLoopbackHost(host));
    return sameHost && (port === undefined || Number(port) === portOf(url));
  });
}

/** Whether a host, without brackets, is this machine. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || isLoopbackAddress(host);
}

function refused(what: string): ActivityError {
  return new ActivityError("invalid_value", `The url ${what}.`, { field: "url" });
}
