import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item, or a part of one, with the types of its values, as the low-level API of DynamoDB has it. */
export type AttributeMap = Record<string, AttributeValue>;

/** Returns string attributes. Hot paths use it, because it is cheaper than `marshall`. */
export function toStringAttributes(values: Readonly<Record<string, string>>): AttributeMap {
  const attributes: AttributeMap = {};
  for (const [name, value] of Object.entries(values)) attributes[name] = { S: value };
  return attributes;
}

const daySeconds = 24 * 3600;

/** Returns the attribute after whose time DynamoDB may delete an item: `days` after a moment in Unix milliseconds. */
export function expiresAfter(ms: number, days: number): { expires_at_seconds: number } {
  return { expires_at_seconds: Math.floor(ms / 1000) + days * daySeconds };
}
