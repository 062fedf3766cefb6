import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/**
 * An item whose attributes are all text, as the hot paths write and ask for it: without the walk that marshalling
 * makes.
 */
export function toStringAttributes(values: Readonly<Record<string, string>>): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(values)) attributes[name] = { S: value };
  return attributes;
}
