type Node = Readonly<Record<string, unknown>>;

/** A part of an OpenAPI description and its JSON Pointer. */
type Located = { readonly path: string; readonly node: Node };

/** Rules that the common client generators require of an OpenAPI description. Each returns the paths that violate it. */
export const generatorRules: Readonly<Record<string, (description: Node) => string[]>> = {
  "no schema is only null": (description) => violations(description, ({ type }) => type === "null"),
  "no schema has two types besides null": (description) =>
    violations(description, ({ type }) => Array.isArray(type) && type.filter((name) => name !== "null").length > 1),
  "enum and const have a type": (description) =>
    violations(description, (node) => ("enum" in node || "const" in node) && !("type" in node)),
  "integers that may exceed 2^31 are int64": (description) => violations(description, isTooLargeForInt32),
  "no choice between arrays": (description) =>
    violations(description, ({ anyOf, oneOf }) => [anyOf, oneOf].some((choice) => hasArrays(description, choice))),
  "paths and webhooks share no tag": ({ paths, webhooks }) => {
    const tags = tagsOf(paths);
    return tagsOf(webhooks).filter((tag) => tags.includes(tag));
  },
  "every component is used": unusedComponents,
};

function violations(description: Node, isViolation: (node: Node) => boolean): string[] {
  return nodesOf(description).flatMap(({ path, node }) => (isViolation(node) ? [path] : []));
}

const samples: ReadonlySet<string> = new Set(["example", "examples", "default", "enum", "const"]);

/** Keys whose children have names of our choice: a property may be called `type` or `enum`. */
const maps: ReadonlySet<string> = new Set(["properties", "responses", "headers", "parameters", "schemas", "paths"]);

function nodesOf(value: unknown, path = "#", isMap = false): Located[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => nodesOf(item, `${path}/${at}`));
  if (!isNode(value)) return [];
  const children = Object.entries(value).flatMap(([key, child]) => {
    if (!isMap && samples.has(key)) return [];
    return nodesOf(child, `${path}/${key}`, !isMap && maps.has(key));
  });
  return isMap ? children : [{ path, node: value }, ...children];
}

const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

function isTooLargeForInt32({ type, format, minimum, maximum, const: value }: Node): boolean {
  const isInteger = type === "integer" || (Array.isArray(type) && type.includes("integer"));
  if (!isInteger || format === "int64") return false;
  const [least, greatest] = [minimum ?? value, maximum ?? value];
  if (typeof least !== "number" || typeof greatest !== "number") return true;
  return least < int32.minimum || greatest > int32.maximum;
}

function hasArrays(description: Node, choice: unknown): boolean {
  if (!Array.isArray(choice)) return false;
  return choice.some((schema) => {
    const { type } = isNode(schema) && typeof schema.$ref === "string" ? nodeAt(description, schema.$ref) : schema;
    return type === "array";
  });
}

function nodeAt(description: Node, reference: string): Node {
  const step = (part: unknown, key: string) => (isNode(part) ? part[key] : undefined);
  const found = reference.split("/").slice(1).reduce<unknown>(step, description);
  return isNode(found) ? found : {};
}

function tagsOf(items: unknown): string[] {
  return nodesOf(items).flatMap(({ node }) => (Array.isArray(node.tags) ? node.tags.map(String) : []));
}

function unusedComponents(description: Node): string[] {
  const nodes = nodesOf(description).map(({ node }) => node);
  const references = new Set(nodes.map(({ $ref }) => $ref));
  const schemes = nodes.flatMap(({ security }) => (Array.isArray(security) ? security.flatMap(Object.keys) : []));
  const components = isNode(description.components) ? description.components : {};
  return Object.entries(components).flatMap(([kind, parts]) =>
    Object.keys(isNode(parts) ? parts : {})
      .filter((name) => !(kind === "securitySchemes" && schemes.includes(name)))
      .map((name) => `#/components/${kind}/${name}`)
      .filter((reference) => !references.has(reference)),
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
