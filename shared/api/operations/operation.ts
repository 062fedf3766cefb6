import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import type { Scope } from "#shared/auth/caller.ts";
import type { Parameter } from "./parameter.ts";

/**
 * An operation of the API: what routes, parses and handles its requests. Its file also exports a function that describes
 * it for OpenAPI, which the bundler leaves out of the functions that only handle requests.
 */
export type Operation<Call> = {
  /** Of OpenAPI. Never changes: generated clients name their methods after it. */
  readonly operationId: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** A template such as `/events/{event_id}`. */
  readonly path: string;
  /** The name of the operation in the audit log. */
  readonly route: string;
  /** The scope that a token needs; `null` if any token will do. */
  readonly scope: Scope | null;
  /** Set if viewer tokens are accepted. */
  readonly acceptsViewerTokens?: true;
  /** All parameters, in the order in which they are described and parsed. */
  readonly parameters: readonly Parameter[];
  /** Throws `ActivityError`. */
  handle(call: Call): Promise<HttpResponse>;
};

/** The values of the parameters in a path, as they are in the decoded path. */
export type PathValues = Readonly<Record<string, string>>;

/** What an operation is called with: the request, and what its path contains. */
export type PathCall = { readonly request: HttpRequest; readonly path: PathValues };
