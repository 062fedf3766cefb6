import { okResponse } from "#shared/api/fakturoid/openapi/responses.ts";
import { headerComponent } from "#shared/api/openapi/headers.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { errorResponses } from "./errors.ts";

type Example = { readonly schema: object; readonly example: unknown };

type OauthDescription = {
  readonly summary: string;
  readonly description: string;
  readonly body: Example;
  readonly success: Example & { readonly description: string };
};

const pragma = headerComponent("Pragma", {
  description: "Prevents caching of the token, also by HTTP/1.0 caches.",
  schema: { type: "string", const: "no-cache" },
});

/** Describes an operation on tokens, whose body is JSON or a form. */
export function describeOauthOperation({ body, success, ...texts }: OauthDescription): OperationDescription {
  const media = { schema: body.schema, examples: { sample: { value: body.example } } };
  return {
    ...texts,
    tags: ["oauth"],
    requestBody: {
      required: true,
      content: { "application/json": media, "application/x-www-form-urlencoded": media },
    },
    responses: {
      ...okResponse(success.description, success.schema, success.example, ["Cache-Control"], pragma),
      ...errorResponses(400, 401, 413, 415, 429, 500, 503),
    },
  };
}
