export type ComponentSection = "schemas" | "parameters" | "headers" | "responses";

/** The components of an OpenAPI description, by section and name. */
type Components = Record<ComponentSection, Record<string, unknown>>;

/**
 * A part of the OpenAPI description that has a name. Definitions contain it where it is used; a `ComponentCollector` puts
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

/** Collects the components that the parts of a description use. */
export class ComponentCollector {
  readonly components: Components = { schemas: {}, parameters: {}, headers: {}, responses: {} };
  readonly #references = new Map<Component, object>();

  /**
   * Returns a part of the description with references in place of components. Throws if two different components have
   * the same name.
   */
  collect(part: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, this.#withReferences(value)]));
  }

  #withReferences(part: unknown): unknown {
    if (part instanceof Component) return this.#toReference(part);
    if (Array.isArray(part)) return part.map((each) => this.#withReferences(each));
    return typeof part === "object" && part !== null ? this.collect(part) : part;
  }

  #toReference(component: Component): object {
    const known = this.#references.get(component);
    if (known !== undefined) return known;
    const { section, name, value } = component;
    const described = this.collect(value);
    const existing = this.components[section][name];
    if (existing !== undefined && JSON.stringify(existing) !== JSON.stringify(described)) {
      throw new Error(`Two ${section} of the OpenAPI description have the name ${name}. Rename one of them.`);
    }
    this.components[section][name] = described;
    const reference = { $ref: `#/components/${section}/${name}` };
    this.#references.set(component, reference);
    return reference;
  }
}
