import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import * as z from "zod";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const violationsSchema = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Returns what axe-core finds against the levels A and AA of WCAG 2.2, and against its best practices. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const script = `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then(({ violations }) => violations)`;
  const violations = violationsSchema.parse(await page.evaluate(script));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
