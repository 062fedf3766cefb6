type Schema = Readonly<Record<string, unknown>>;

/**
 * Returns a JSON Schema in which each `anyOf: [X, {type: "null"}]`, which is how zod prints what may be `null`, reads
 * `X` with `type: [..., "null"]`. Both mean the same, but most generators of clients cannot read a schema that is only
 * `null`.
 */
export function withNullTypes(schema: Schema): Schema {
  const converted = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withinValue(value)]));
  const { anyOf, ...others } = converted;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return converted;
  const [value, other] = anyOf;
  if (other?.type !== "null" || typeof value?.type !== "string") return converted;
  const { enum: values } = value;
  return {
    ...value,
    ...others,
    type: [value.type, "null"],
    ...(Array.isArray(values) && { enum: [...values, null] }),
  };
}

function withinValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withinValue);
  return isSchema(value) ? withNullTypes(value) : value;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null;
}
