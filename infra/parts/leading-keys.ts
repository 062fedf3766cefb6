/** Holds a statement to the items of some kinds, by their partition keys. */
export function keysThatBeginWith(...prefixes: readonly string[]) {
  return { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": prefixes.map((prefix) => `${prefix}*`) } };
}
