export type ComponentSection = "schemas" | "parameters" | "headers" | "responses";

/** The components of an OpenAPI description, by section and name. */
export type Components = Record<ComponentSection, Record<string, unknown>>;

/**
 * A part of the OpenAPI description that has a name. Definitions contain it where it is used; `collectComponents` puts
 * a reference there, and its value among the components.
 */
export class Component<Value extends object = object> {
  readonly section: ComponentSection;
  readonly name: string;
  readonly value: Value;

  constructor(section: ComponentSection, name: string, value: Value) {
    this.section = section;
    this.name = name;
    this.value = value;
  }
}

/** Returns a component schema. */
export function schemaComponent<const Value extends object>(name: string, value: Value): Component<Value> {
  return new Component("schemas", name, value);
}

/**
 * Returns a part of the description with references in place of components, and adds the components to `found`. Throws
 * if two different components have the same name.
 */
export function collectComponents(part: object, found: Components): Record<string, unknown> {
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, withReferences(value, found)]));
}

function withReferences(part: unknown, found: Components): unknown {
  if (part instanceof Component) return toReference(part, found);
  if (Array.isArray(part)) return part.map((each) => withReferences(each, found));
  return typeof part === "object" && part !== null ? collectComponents(part, found) : part;
}

function toReference({ section, name, value }: Component, found: Components) {
  const described = collectComponents(value, found);
  const existing = found[section][name];
  if (existing === undefined) found[section][name] = described;
  else if (JSON.stringify(existing) !== JSON.stringify(described)) {
    throw new Error(`Two ${section} of the OpenAPI description have the name ${name}. Rename one of them.`);
  }
  return { $ref: `#/components/${section}/${name}` };
}
