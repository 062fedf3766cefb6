import type { BrowserContext } from "playwright-core";

/** A failed request that the page ended itself, by leaving it or by an `AbortController`. */
const aborted = "net::ERR_ABORTED";

/** The console's line about a failed request says less than the response itself. */
const failedRequest = /^Failed to load resource: /;

/**
 * Collects what goes wrong in the pages of a context, a line for each: `page error: …`, `console error: …`,
 * `CSP violation: DIRECTIVE URL`, `response STATUS METHOD URL` for 400 and above, and `no response METHOD URL`.
 */
export async function collectProblems(context: BrowserContext): Promise<readonly string[]> {
  const problems: string[] = [];
  context.on("weberror", (error) => problems.push(`page error: ${error.error()}`));
  context.on("console", (message) => {
    if (message.type() !== "error" || failedRequest.test(message.text())) return;
    problems.push(`console error: ${message.text()}`);
  });
  context.on("response", (response) => {
    if (response.status() < 400) return;
    problems.push(`response ${response.status()} ${response.request().method()} ${response.url()}`);
  });
  context.on("requestfailed", (request) => {
    if (request.failure()?.errorText === aborted) return;
    problems.push(`no response ${request.method()} ${request.url()}`);
  });
  await context.exposeBinding("reportCspViolation", (_, violation: string) => problems.push(violation));
  await context.addInitScript(`addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    reportCspViolation(\`CSP violation: \${effectiveDirective} \${blockedURI}\`));`);
  return problems;
}
