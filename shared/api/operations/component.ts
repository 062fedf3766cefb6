export type ComponentSection = "schemas" | "parameters" | "headers" | "responses";

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
