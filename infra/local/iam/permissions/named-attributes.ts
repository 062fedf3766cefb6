import * as z from "zod";

const attributesSchema = z.record(z.string(), z.unknown());
const requestSchema = z.object({
  Item: attributesSchema.default({}),
  Key: attributesSchema.default({}),
  Keys: z.array(attributesSchema).default([]),
  AttributeUpdates: attributesSchema.default({}),
  Expected: attributesSchema.default({}),
  AttributesToGet: z.array(z.string()).default([]),
  ProjectionExpression: z.string().default(""),
  ConditionExpression: z.string().default(""),
  FilterExpression: z.string().default(""),
  KeyConditionExpression: z.string().default(""),
  UpdateExpression: z.string().default(""),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
});

/** Keywords of expressions. Functions are recognised by their parenthesis. */
const keywords = new Set(["SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"]);

/**
 * The top-level attributes that a request names, in its items, its keys or its expressions: what policies call
 * `dynamodb:Attributes`. See "Using IAM policy conditions for fine-grained access control" in the guide of DynamoDB.
 */
export function namedAttributes(request: unknown): string[] {
  const { Item, Key, Keys, AttributeUpdates, Expected, AttributesToGet, ...rest } = requestSchema.parse(request);
  const { ExpressionAttributeNames: names, ...expressions } = rest;
  const plain = [Item, Key, ...Keys, AttributeUpdates, Expected].flatMap(Object.keys);
  const inExpressions = Object.values(expressions).flatMap(topLevelNames);
  return [...new Set([...plain, ...AttributesToGet, ...inExpressions.map((name) => names[name] ?? name)])];
}

/** Names as an expression has them, placeholders included: of `#a.b[0]` it is `#a`. */
function topLevelNames(expression: string): string[] {
  const words = expression.matchAll(/([#:]?[A-Za-z_][\w-]*)(?:\.[#\w-]+|\[\d+\])*\s*(\(?)/g);
  return [...words].flatMap(([, word = "", parenthesis]) =>
    word.startsWith(":") || parenthesis !== "" || keywords.has(word.toUpperCase()) ? [] : [word],
  );
}
