/**
 * Returns a URL that a link or an image may have: one of http or https, absolute or relative to the page. `null` for
 * any other, such as `javascript:` and `data:`.
 */
export function toSafeUrl(url: string | null | undefined, base: string): string | null {
  if (typeof url !== "string" || !URL.canParse(url, base)) return null;
  const { protocol, href } = new URL(url, base);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
