import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import { type HeaderName, rateLimitHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";

type DescribedProof = {
  readonly summary: string;
  readonly description: string;
  /** What the body of the response is. */
  readonly returns: string;
  readonly example: string;
};

/** Describes an operation that returns a text, and the errors that all of them have. */
export function describeTextOperation({ returns, example, ...texts }: DescribedProof): OperationDescription {
  const content = { "text/plain": { schema: { type: "string" }, examples: { sample: { value: example } } } };
  return { ...texts, tags: ["proofs"], responses: proofResponses(returns, content, []) };
}

/** Returns the responses of an operation that needs a checkpoint. */
export function proofResponses(description: string, content: object, headers: readonly HeaderName[]) {
  return {
    200: { description, headers: responseHeaders([...headers, ...rateLimitHeaders]), content },
    ...errorResponses(400, 401, 403, 404, 429, 500, 503),
  };
}
