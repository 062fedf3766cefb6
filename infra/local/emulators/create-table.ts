import * as z from "zod";
import { type AwsCall, AwsError } from "#infra/local/aws-json.ts";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource } from "#infra/local/template/resources.ts";

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const indexSchema = z.object({ IndexName: z.string(), KeySchema: keySchema, Projection: z.unknown() });

const tablePropertiesSchema = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

/** A global table has it in the replica, and here there is only one. */
const protectionSchema = z.object({
  DeletionProtectionEnabled: z.boolean().default(false),
  Replicas: z.array(z.object({ DeletionProtectionEnabled: z.boolean().default(false) })).default([]),
});

const descriptionSchema = z.object({
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).default([]),
  LatestStreamLabel: z.string().optional(),
});

const operation = (name: string) => `DynamoDB_20120810.${name}`;

/** The attribute that is a table's partition key, the first one if it has several, by the table's name. */
export function partitionKeysOf(tables: readonly TemplateResource[]): Map<string, string> {
  return new Map(
    tables.flatMap((table) => {
      const hash = parseProperties(tablePropertiesSchema, table).KeySchema.find(({ KeyType }) => KeyType === "HASH");
      return hash === undefined ? [] : [[table.ref, hash.AttributeName] as const];
    }),
  );
}

/** Creates the table unless kept data already has it; returns the label of its stream, if it has one. */
export async function createTable(table: TemplateResource, call: AwsCall): Promise<string | undefined> {
  const properties = parseProperties(tablePropertiesSchema, table);
  const existing = await describe(table.ref, call);
  if (existing !== undefined) {
    if (layout(existing) === layout(properties)) return existing.LatestStreamLabel;
    throw new Error(`The kept table ${table.ref} has other keys or indexes than the template asks for.`);
  }

  const { TimeToLiveSpecification, StreamSpecification, ...keysAndIndexes } = properties;
  const created = await call(operation("CreateTable"), {
    ...keysAndIndexes,
    TableName: table.ref,
    BillingMode: "PAY_PER_REQUEST",
    DeletionProtectionEnabled: isProtected(table),
    ...(StreamSpecification && { StreamSpecification: { StreamEnabled: true, ...StreamSpecification } }),
  });
  if (TimeToLiveSpecification?.Enabled) {
    await call(operation("UpdateTimeToLive"), { TableName: table.ref, TimeToLiveSpecification });
  }
  return z.object({ TableDescription: descriptionSchema }).parse(created).TableDescription.LatestStreamLabel;
}

function isProtected(table: TemplateResource): boolean {
  const { DeletionProtectionEnabled, Replicas } = parseProperties(protectionSchema, table);
  return DeletionProtectionEnabled || Replicas.some((replica) => replica.DeletionProtectionEnabled);
}

async function describe(name: string, call: AwsCall): Promise<z.infer<typeof descriptionSchema> | undefined> {
  try {
    return z.object({ Table: descriptionSchema }).parse(await call(operation("DescribeTable"), { TableName: name }))
      .Table;
  } catch (error) {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

function layout(table: Pick<z.infer<typeof tablePropertiesSchema>, "KeySchema" | "GlobalSecondaryIndexes">): string {
  const keys = (schema: z.infer<typeof keySchema>) => schema.map((key) => `${key.KeyType} ${key.AttributeName}`);
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, ...keys(index.KeySchema)]);
  return JSON.stringify([keys(table.KeySchema), indexes.sort()]);
}
