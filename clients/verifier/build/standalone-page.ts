import { createHash } from "node:crypto";

export type PageParts = { readonly script: string; readonly style: string };

/**
 * Returns a page with its script and style sheet in it, and a policy that allows these and nothing else: no request leaves
 * the page. Throws `Error` if a part could end its element.
 */
export function toStandalonePage(template: string, { script, style }: PageParts): string {
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error("A part would end its element.");
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(`\n${script}`)}`,
    `style-src ${hashOf(`\n${style}`)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // Functions, because `$` has a meaning in a replacement.
  return template
    .replace("POLICY", () => policy)
    .replace("<style></style>", () => `<style>\n${style}</style>`)
    .replace("<script></script>", () => `<script>\n${script}</script>`);
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
