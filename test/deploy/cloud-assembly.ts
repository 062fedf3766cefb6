import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { leftOut } from "./emulator-limits.ts";

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
});
const template = z.looseObject({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
});

export type Resource = z.infer<typeof resource>;
export type CloudFormationTemplate = z.infer<typeof template>;

/** What stays of a template, and how many resources each entry of the list took out. */
export type Reduced = {
  readonly template: CloudFormationTemplate;
  readonly counts: Readonly<Record<string, number>>;
};

export async function readTemplate(assembly: string, stack: string): Promise<CloudFormationTemplate> {
  return template.parse(JSON.parse(await readFile(pathOf(assembly, stack), "utf8")));
}

/** Puts another template into the assembly, under the name that the CDK knows. */
export async function replaceTemplate(assembly: string, stack: string, changed: CloudFormationTemplate): Promise<void> {
  await writeFile(pathOf(assembly, stack), JSON.stringify(changed));
}

/** The template as the emulator can host it, with another `ApiUrl`. Throws where the list of what is left out is stale. */
export function reduce(whole: CloudFormationTemplate, apiUrl: string): Reduced {
  const entries = Object.entries(whole.Resources);
  const counts: Record<string, number> = {};
  const omitted = new Set<string>();
  for (const { what, isMeant } of leftOut) {
    const found = entries.filter(([, one]) => isMeant(one)).map(([id]) => id);
    if (found.length === 0) throw new Error(`The template has no ${what}: take them off the list of what is left out.`);
    counts[what] = found.length;
    for (const id of found) omitted.add(id);
  }
  const kept = Object.fromEntries(entries.filter(([id]) => !omitted.has(id)));
  const reduced = { ...whole, Resources: kept, Outputs: { ...whole.Outputs, ApiUrl: { Value: apiUrl } } };
  const text = JSON.stringify(reduced);
  const missed = [...omitted].filter((id) => text.includes(`"${id}"`));
  if (missed.length > 0) throw new Error(`What stays needs what is left out: ${missed.join(", ")}.`);
  return { template: reduced, counts };
}

function pathOf(assembly: string, stack: string): string {
  return join(assembly, `${stack}.template.json`);
}
