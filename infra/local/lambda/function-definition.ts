import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource } from "#infra/local/template/resources.ts";

const propertiesSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.templateLiteral(["nodejs", z.string()]),
  MemorySize: z.coerce.number().default(128),
  Timeout: z.coerce.number().default(3),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).default({ Variables: {} }),
  Layers: z.never().optional(),
  PackageType: z.literal("Zip").optional(),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).default({}),
});

/** A Lambda function as the template defines it. */
export type FunctionDefinition = {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** Folder of the bundle, the bytes that would be deployed. */
  readonly folder: string;
  /** As `index.handler`: file without extension, then the exported name. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
  readonly logGroup: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** Reads a function resource; `assets` gives the folder of an uploaded bundle by its key. */
export function functionDefinition(
  resource: TemplateResource,
  assets: ReadonlyMap<string, string>,
): FunctionDefinition {
  const properties = parseProperties(propertiesSchema, resource);
  const folder = assets.get(properties.Code.S3Key);
  if (folder === undefined) throw new Error(`${resource.id} has no bundle ${properties.Code.S3Key} in the assembly.`);
  return {
    name: resource.ref,
    arn: resource.arn ?? resource.ref,
    roleArn: properties.Role,
    folder,
    handler: properties.Handler,
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    logGroup: properties.LoggingConfig.LogGroup ?? `/aws/lambda/${resource.ref}`,
    variables: properties.Environment.Variables,
  };
}
