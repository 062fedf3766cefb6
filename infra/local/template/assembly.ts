import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isHosted } from "./resource-types.ts";

const artifactSchema = z.object({
  type: z.string(),
  environment: z.string().default(""),
  properties: z
    .object({ templateFile: z.string().optional(), file: z.string().optional(), stackName: z.string().optional() })
    .optional(),
});
type Artifact = z.infer<typeof artifactSchema>;
const manifestSchema = z.object({ artifacts: z.record(z.string(), artifactSchema) });

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Condition: z.string().optional(),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() })).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
});
export type Template = z.infer<typeof templateSchema>;

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

type CloudAssembly = {
  readonly stackName: string;
  /** Undefined for a stack that goes wherever it is deployed. */
  readonly region: string | undefined;
  readonly template: Template;
  /** Absolute folder or file of each asset, by the object key it is uploaded under. */
  readonly assets: ReadonlyMap<string, string>;
};

async function readJson(folder: string, file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, file), "utf8"));
}

/** Reads a synthesized cloud assembly (`cdk.out`) that holds exactly one stack with anything to host. */
export async function readAssembly(folder: string): Promise<CloudAssembly> {
  const { artifacts } = manifestSchema.parse(await readJson(folder, "manifest.json"));
  const stacks: { id: string; artifact: Artifact; template: Template }[] = [];
  for (const [id, artifact] of Object.entries(artifacts)) {
    const templateFile = artifact.properties?.templateFile;
    if (artifact.type !== "aws:cloudformation:stack" || templateFile === undefined) continue;
    const template = templateSchema.parse(await readJson(folder, templateFile));
    if (Object.values(template.Resources).some(({ Type }) => isHosted(Type))) stacks.push({ id, artifact, template });
  }
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    const found = stacks.map(({ id }) => id).join(", ") || "none";
    throw new Error(`The local runtime hosts one stack, and ${folder} holds ${found}: synthesize a single stack.`);
  }

  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    if (type !== "cdk:asset-manifest" || properties?.file === undefined) continue;
    for (const { source, destinations } of Object.values(
      assetsSchema.parse(await readJson(folder, properties.file)).files,
    )) {
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(folder, source.path));
    }
  }
  return {
    stackName: stack.artifact.properties?.stackName ?? stack.id,
    region: /^aws:\/\/[^/]+\/(?!unknown-region$)(.+)$/.exec(stack.artifact.environment)?.[1],
    template: stack.template,
    assets,
  };
}
