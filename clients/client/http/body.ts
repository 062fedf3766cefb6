import { ActivityLogError } from "./activity-log-error.ts";
import type { ApiResponse } from "./request.ts";

/**
 * Returns the body of a response. Throws `ActivityLogError` `invalid_response` if it is not a JSON object with those
 * fields. The rest is not checked: the API checks its responses against the OpenAPI description in its own tests, and to
 * check them again takes all schemas, several times the size of this package.
 */
export function getBody<T extends object>(response: ApiResponse, ...fields: readonly (keyof T & string)[]): T {
  const { body } = response;
  if (!isObject(body) || fields.some((name) => !(name in body))) throw createInvalidResponseError(response);
  return body as T;
}

/** Returns the list in the body of a response. Throws `ActivityLogError` `invalid_response` for any other body. */
export function getItems<T>(response: ApiResponse): readonly T[] {
  const body = getBody<readonly T[]>(response);
  if (!Array.isArray(body)) throw createInvalidResponseError(response);
  return body;
}

export function createInvalidResponseError({ status, headers }: ApiResponse): ActivityLogError {
  const message = "The response is not one of this API. Check baseUrl, and whether this client is too old.";
  return new ActivityLogError("invalid_response", message, { status, requestId: headers.get("x-request-id") });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
