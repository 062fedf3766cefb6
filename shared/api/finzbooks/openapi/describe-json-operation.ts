import * as z from "zod/mini";
import { objectSchema } from "#shared/api/openapi/components.ts";
import { type HeaderName, rateLimitHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import { withNullTypes } from "#shared/api/openapi/nullable-schema.ts";
import type { Component } from "#shared/api/operations/component.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { errorResponses } from "./errors.ts";
import { successProperties } from "./schemas.ts";

/** A successful response: the fields beside `code` and `message`, and an example. */
type SuccessResponse = {
  readonly description: string;
  readonly content?: Readonly<Record<string, Component>>;
  /** Fields that may be missing. */
  readonly optional?: readonly string[];
  readonly example?: Readonly<Record<string, unknown>>;
  readonly headers?: readonly HeaderName[];
};

export type JsonOperationDescription = {
  readonly summary: string;
  readonly description?: string;
  /** The schema that parses the body, and an example. */
  readonly body?: { readonly schema: z.ZodMiniType; readonly example: unknown };
  readonly responses: Readonly<Record<number, SuccessResponse>>;
  /** Error statuses that not all operations have. */
  readonly errors?: readonly number[];
};

/** Describes an operation with bodies of JSON in the envelope of this dialect, and the errors that all of them have. */
export function describeJsonOperation(tag: string, described: JsonOperationDescription): OperationDescription {
  const { body, responses, errors = [], ...texts } = described;
  const successes = Object.entries(responses).map(([status, response]) => [status, describeSuccess(response)] as const);
  return {
    ...texts,
    tags: [tag],
    ...(body !== undefined && { requestBody: describeBody(body.schema, body.example) }),
    responses: {
      ...Object.fromEntries(successes),
      ...errorResponses(400, 401, 403, ...errors, ...(body === undefined ? [] : [413]), 429, 500, 503),
    },
  };
}

function describeSuccess({ description, content = {}, optional = [], example = {}, headers = [] }: SuccessResponse) {
  const whole = objectSchema({ ...successProperties, ...content });
  const schema = { ...whole, required: whole.required.filter((name) => !optional.includes(name)) };
  const examples = { sample: { value: { code: 0, message: "success", ...example } } };
  return {
    description,
    headers: responseHeaders([...headers, ...rateLimitHeaders]),
    content: { "application/json": { schema, examples } },
  };
}

/** Describes a body by the schema that parses it. The body is optional if all its fields are. */
function describeBody(body: z.ZodMiniType, example: unknown) {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  const media = { schema: withNullTypes(schema), examples: { sample: { value: example } } };
  return { required: (schema.required ?? []).length > 0, content: { "application/json": media } };
}
