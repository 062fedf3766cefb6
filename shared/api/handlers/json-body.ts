import type middy from "@middy/core";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseJsonExactly } from "#shared/events/text/json.ts";

/** Bytes of a body at most. */
export const maxBodyBytes = 64 * 1024;

const methods: ReadonlySet<string> = new Set(["POST", "PATCH"]);

const parser = httpJsonBodyParser<APIGatewayProxyEventV2>();

/**
 * Reads the JSON body of a POST or PATCH: middy's parser says what is no JSON, ours what has a key twice or a number that
 * would change. What is wrong is thrown where the body is asked for: until then the caller may prove not to be allowed
 * anything.
 */
export async function parseJsonBody(
  call: middy.Request<APIGatewayProxyEventV2>,
  accepted = "JSON",
): Promise<HttpRequest["body"]> {
  const { event } = call;
  const { body = "", isBase64Encoded, requestContext } = event;
  if (body === "" || !methods.has(requestContext.http.method)) return () => undefined;
  if (Buffer.byteLength(body, isBase64Encoded ? "base64" : "utf8") > maxBodyBytes) {
    return throwing(new ActivityError("too_large", `The body is larger than ${maxBodyBytes} bytes.`));
  }
  try {
    await parser.before?.(call);
    const value = parseJsonExactly(isBase64Encoded ? Buffer.from(body, "base64").toString() : body);
    return () => value;
  } catch (error) {
    return throwing(toActivityError(error, accepted));
  }
}

function throwing(error: unknown) {
  return () => {
    throw error;
  };
}

/** In our words what the parser says by a status: 415 of the content type, 422 of the text. */
function toActivityError(error: unknown, accepted: string): unknown {
  if (error instanceof RangeError) return new ActivityError("invalid_value", error.message);
  if (!(error instanceof Error && "statusCode" in error)) return error;
  if (error.statusCode === 415) {
    const message = `The body must be ${accepted}, and the header Content-Type must say so: application/json.`;
    return new ActivityError("unsupported_media_type", message, { field: "Content-Type" });
  }
  return new ActivityError("invalid_value", "The body must be JSON in UTF-8, without a byte order mark.");
}
