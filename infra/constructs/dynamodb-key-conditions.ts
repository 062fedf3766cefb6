/**
 * Returns conditions that restrict a statement to items whose partition keys begin with one of the prefixes. `Null` is
 * necessary because `ForAllValues` also matches a request without keys.
 */
export function leadingKeys(...prefixes: readonly string[]) {
  return {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": prefixes.map((prefix) => `${prefix}*`) },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
}

/**
 * Returns conditions that restrict updates to some attributes of items with a prefix. Attributes in condition expressions
 * count, returned ones do not: see "Using IAM policy conditions for fine-grained access control" in the DynamoDB guide.
 */
export function updatableAttributes(attributes: readonly string[], prefix: string) {
  const { Null, ...keys } = leadingKeys(prefix);
  return {
    ...keys,
    "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
    Null: { ...Null, "dynamodb:Attributes": "false" },
  };
}
