/** How many origins a viewer token can have. */
export const maxOrigins = 10;

/**
 * Whether a text is an origin exactly as browsers send it (RFC 6454, section 6.2): `https`, or `http` on the loopback
 * interface for development. Wildcards are not origins.
 */
export function isViewerOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.origin !== text || url.hostname.includes("*")) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopbackHosts.has(url.hostname));
}

const loopbackHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
