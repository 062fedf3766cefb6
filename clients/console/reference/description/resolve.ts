import { type JsonObject, toObject, toText } from "./json.ts";

/** Returns the object that a value is, or that its `$ref` names (RFC 6901); an empty one if it does not exist. */
export type Resolve = (value: unknown) => JsonObject;

/** Creates the resolver of the references within an OpenAPI description. */
export function createResolve(description: JsonObject): Resolve {
  const resolve: Resolve = (value) => {
    const object = toObject(value);
    const reference = toText(object.$ref);
    if (!reference.startsWith("#/")) return object;
    const keys = reference.slice(2).split("/").map(decodeKey);
    return toObject(keys.reduce<unknown>((part, key) => getOwn(toObject(part), key), description));
  };
  return resolve;
}

/** Returns the name of the component that a value refers to: `Event`. `null` if it is not a reference. */
export function getReferenceName(value: unknown): string | null {
  const reference = toText(toObject(value).$ref);
  return reference === "" ? null : decodeKey(reference.split("/").at(-1) ?? "");
}

function decodeKey(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}

function getOwn(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
