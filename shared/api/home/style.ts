import { createHash } from "node:crypto";

/** Inline, so that the page needs no second request. */
export const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#dfe4ea;--paper:#fff;--sheet:#f5f7f9;--accent:#0b6e5f}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa6b4;--line:#2c3540;--paper:#12171d;--sheet:#1a2129;--accent:#5fd0ba}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:4rem 1.5rem 5rem}
h1{margin:0 0 .5rem;font-size:2.25rem;line-height:1.2;letter-spacing:-.02em}
h2{margin:3rem 0 .75rem;font-size:1.15rem}
p{margin:0 0 1rem}
.lead{max-width:38rem;text-wrap:balance;color:var(--soft);font-size:1.15rem}
a{color:var(--accent);text-underline-offset:.2em}
a:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
ol{list-style:none;margin:2rem 0 0;padding:0}
li{position:relative;padding:0 0 1.1rem 1.75rem}
li::before{content:"";position:absolute;left:.3rem;top:.5rem;width:.65rem;height:.65rem;border-radius:50%;background:var(--accent)}
li::after{content:"";position:absolute;left:.59rem;top:1.35rem;bottom:-.3rem;width:2px;background:var(--line)}
li:last-child::after{display:none}
li span{display:block;color:var(--soft);font-size:.9rem}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;margin:0}
dl div{padding:1rem 1.1rem;border:1px solid var(--line);border-radius:.6rem}
dt{font-weight:600}
dd{margin:.15rem 0 0;color:var(--soft);font-size:.95rem}
code,pre{font:.875rem/1.6 ui-monospace,Menlo,Consolas,monospace}
pre{margin:0 0 1rem;padding:1rem 1.1rem;overflow-x:auto;border-radius:.6rem;background:var(--sheet)}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.9rem}
`;

/** Allows this style and nothing else: no script, no image, no form, no frame around the page. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
