/** A parameter of an operation. */
export type ParameterDescription = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly isRequired: boolean;
  readonly description: string;
  readonly schema: unknown;
  /** As text of a request; empty if the description has none. */
  readonly example: string;
};

/** The body of a request or a response in one media type. */
export type BodyDescription = {
  readonly mediaType: string;
  readonly schema: unknown;
  readonly examples: readonly unknown[];
};

export type ResponseDescription = {
  readonly status: string;
  readonly description: string;
  readonly headers: readonly { readonly name: string; readonly description: string }[];
  readonly bodies: readonly BodyDescription[];
};

/** One of the ways to authenticate, with the scopes that it needs. */
export type SecurityRequirement = { readonly scheme: string; readonly scopes: readonly string[] };

export type OperationDescription = {
  readonly id: string;
  /** `get`, `post` …, in upper case. */
  readonly method: string;
  readonly path: string;
  /** Whether the API receives it; otherwise the API sends it, as a webhook. */
  readonly isReceived: boolean;
  readonly summary: string;
  readonly description: string;
  readonly tag: string;
  /** One of them is needed; empty if none is. */
  readonly security: readonly SecurityRequirement[];
  readonly parameters: readonly ParameterDescription[];
  readonly bodies: readonly BodyDescription[];
  readonly responses: readonly ResponseDescription[];
};

export type OperationGroup = {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly OperationDescription[];
};
