/**
 * Holds a statement to the items of some kinds, by their partition keys. `ForAllValues` alone is true of a request that
 * names no key at all.
 */
export function leadingKeys(...prefixes: readonly string[]) {
  return {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": prefixes.map((prefix) => `${prefix}*`) },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
}

/**
 * Holds updates to some attributes of items of one kind. What an update names counts, its conditions included; what its
 * answer shows does not: see "Using IAM policy conditions for fine-grained access control" in the guide of DynamoDB.
 */
export function updatesOf(attributes: readonly string[], prefix: string) {
  const { Null, ...keys } = leadingKeys(prefix);
  return {
    ...keys,
    "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
    Null: { ...Null, "dynamodb:Attributes": "false" },
  };
}
