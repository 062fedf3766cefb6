import * as z from "zod";

const valueSchema = z
  .union([z.object({ S: z.string() }), z.object({ N: z.string() }), z.object({ B: z.string() })])
  .transform((value) => Object.values(value).join());
const attributesSchema = z.record(z.string(), z.unknown());
const touchSchema = z.object({
  Item: attributesSchema.optional(),
  Key: attributesSchema.optional(),
  Keys: z.array(attributesSchema).default([]),
  IndexName: z.string().optional(),
  KeyConditionExpression: z.string().default(""),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
  ExpressionAttributeValues: attributesSchema.default({}),
});

/**
 * The values of a table's partition key that a request names, in its items, its keys or the condition of its query:
 * what policies call `dynamodb:LeadingKeys`. An index has other keys, so a query of one names none.
 */
export function leadingKeys(request: unknown, partitionKey: string): string[] {
  const { Item, Key, Keys, IndexName, ...query } = touchSchema.parse(request);
  if (IndexName !== undefined) return [];
  const named = [Item, Key, ...Keys].map((attributes) => attributes?.[partitionKey]);
  return [...named, ...equalTo(partitionKey, query)].flatMap((value) => valueSchema.safeParse(value).data ?? []);
}

function equalTo(
  attribute: string,
  { KeyConditionExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values }: QueryPart,
): unknown[] {
  return [...KeyConditionExpression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)]
    .filter(([, name = ""]) => (names[name] ?? name) === attribute)
    .map(([, , value = ""]) => values[value]);
}

type QueryPart = Pick<
  z.infer<typeof touchSchema>,
  "KeyConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;
