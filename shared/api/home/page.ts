import { specLinks } from "./spec-links.ts";
import { style } from "./style.ts";

/** The demo data of `npm start` contains the same events. */
const sample = [
  ["Invoice INV-2026-0042 paid", "SENT → PAID, by a payment provider"],
  ["Invoice INV-2026-0042 sent", "DRAFT → SENT, by Priya Sharma"],
  ["Invoice INV-2026-0042 created", "by Priya Sharma"],
] as const;

const demoOrg = "org_8f9a1c2d";
const demoInvoice = "inv_8c3f1a9b";

/** Renders the page that a browser shows at the address of the API. */
export function renderHomePage(origin: string): string {
  const rows = sample.map(([what, how]) => `<li>${what}<span>${how}</span></li>`).join("");
  const cards = specLinks
    .map(({ path, name, description }) => `<div><dt><a href="${path}">${name}</a></dt><dd>${description}</dd></div>`)
    .join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Activity log</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Activity log</h1>
<p class="lead">Every state change of an accounting platform, in one append-only log: who changed what, and when.
Read it over HTTP, or have it sent to you by webhooks.</p>
<ol>${rows}</ol>
<h2>Documentation</h2>
<dl>${cards}</dl>
<h2>Try it</h2>
${isLocal(origin) ? localExample(origin) : deployedExample(origin)}
<h2>One log, three APIs</h2>
<p>Clients of FinzBooks (<code>/api/public/v1</code>), SimplyBooks (<code>/api/v1</code>) and Fakturoid
(<code>/api/v3</code>) work unchanged. The <a href="/openapi.json">OpenAPI description</a> describes all three.</p>
<footer>Guides are in <code>docs</code> of the source code; the command line explains itself with
<code>npm run activity -- help</code>.</footer>
</main>
</body>
</html>
`;
}

/** `npm start` creates a demo organisation, prints its token and writes it to a file. */
function localExample(origin: string): string {
  return `<p>In the folder where <code>npm start</code> runs, this shows the invoice above:</p>
${commands(
  `TOKEN=$(node -p 'require("./.local/stack.json").demo.token')`,
  `curl -s "${origin}/api/public/v1/invoices/${demoInvoice}/activity" \\`,
  `  -H "Authorization: Bearer $TOKEN" -H "X-AIBooks-Org: ${demoOrg}"`,
)}
<p>As a table, and with webhooks as they arrive:</p>
${commands("npm run activity -- list", "npm run activity -- webhooks listen")}`;
}

function deployedExample(origin: string): string {
  return `<p>Ask the operator of this API for a token and the id of your organisation:</p>
${commands(
  `curl -s "${origin}/api/public/v1/activity?limit=20" \\`,
  `  -H "Authorization: Bearer $TOKEN" -H "X-AIBooks-Org: $ORG"`,
)}
<p>To try it without one, run the same system on your own machine, with demo data: <code>npm start</code> in the
folder of the source code.</p>`;
}

/** Focusable, so that long lines can be scrolled by keyboard. */
function commands(...lines: string[]): string {
  return `<pre tabindex="0"><code>${escapeHtml(lines.join("\n"))}</code></pre>`;
}

/** The address comes from the request. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function isLocal(origin: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(origin);
}
