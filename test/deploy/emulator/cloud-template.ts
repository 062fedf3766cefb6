import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
});
const template = z.looseObject({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
});

export type Resource = z.infer<typeof resource>;
export type CloudFormationTemplate = z.infer<typeof template>;
export type Properties = Readonly<Record<string, unknown>>;

/** Reads the template of a stack in a cloud assembly. */
export async function readTemplate(assembly: string, stack: string): Promise<CloudFormationTemplate> {
  return template.parse(JSON.parse(await readFile(pathOf(assembly, stack), "utf8")));
}

/** Replaces a template in the assembly. */
export async function replaceTemplate(assembly: string, stack: string, changed: CloudFormationTemplate): Promise<void> {
  await writeFile(pathOf(assembly, stack), JSON.stringify(changed));
}

/** Returns the template with changed properties of each resource of a type. */
export function mapProperties(
  whole: CloudFormationTemplate,
  type: string,
  change: (properties: Properties) => Properties,
): CloudFormationTemplate {
  const entries = Object.entries(whole.Resources).map(([id, one]) => {
    const changed = one.Type === type ? { ...one, Properties: { ...change(one.Properties ?? {}) } } : one;
    return [id, changed] as const;
  });
  return { ...whole, Resources: Object.fromEntries(entries) };
}

function pathOf(assembly: string, stack: string): string {
  return join(assembly, `${stack}.template.json`);
}
