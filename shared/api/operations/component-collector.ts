import { Component, type ComponentSection } from "./component.ts";

/** The components of an OpenAPI description, by section and name. */
type Components = Record<ComponentSection, Record<string, unknown>>;

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
