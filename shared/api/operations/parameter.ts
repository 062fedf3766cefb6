/** The description of a parameter, as in OpenAPI. */
type DescribedParameter = {
  readonly name: string;
  readonly description?: string;
  readonly schema: object;
  readonly style?: "form";
  readonly explode?: boolean;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  /** The name of its component in the description, if several operations share it. */
  readonly component?: string;
  /** Whether a value in a path may contain slashes: paths are decoded before they are matched. */
  readonly containsSlashes?: true;
};

/** A parameter that is not parsed with the others: a header, or a part of the credentials. */
export type UnparsedParameter = DescribedParameter & {
  readonly in: "header" | "query";
  readonly required?: true;
  readonly parse?: undefined;
};

export type PathParameter = DescribedParameter & {
  readonly in: "path";
  readonly required: true;
  readonly parse?: undefined;
};

export type QueryParameter<Name extends string = string, Value = unknown> = DescribedParameter & {
  readonly name: Name;
  readonly in: "query";
  /** Returns the value of the text, which is `null` if the parameter is missing. Throws `ActivityError` `invalid_value`. */
  readonly parse: (text: string | null) => Value;
};

export type Parameter = UnparsedParameter | PathParameter | QueryParameter;

/** Defines a parameter of the query: how it is described, and how it is parsed. */
export function queryParameter<const Name extends string, Value>(
  parameter: Omit<QueryParameter<Name, Value>, "in">,
): QueryParameter<Name, Value> {
  return { ...parameter, in: "query" };
}
