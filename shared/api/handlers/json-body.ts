import type middy from "@middy/core";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseJsonExactly } from "#shared/events/text/json.ts";

export const maxBodyBytes = 64 * 1024;

const methodsWithBody: ReadonlySet<string> = new Set(["POST", "PATCH"]);

const parser = httpJsonBodyParser<APIGatewayProxyEventV2>();

/**
 * Returns a function that returns the JSON body of a POST or PATCH, or throws `ActivityError`: not before the body is
 * used, so that an unauthorised caller gets 401 first. Refuses repeated keys and numbers that would lose precision.
 */
export async function parseJsonBody(
  call: middy.Request<APIGatewayProxyEventV2>,
  accepted = "JSON",
): Promise<HttpRequest["body"]> {
  const { event } = call;
  const { body = "", isBase64Encoded, requestContext } = event;
  if (body === "" || !methodsWithBody.has(requestContext.http.method)) return () => undefined;
  if (Buffer.byteLength(body, isBase64Encoded ? "base64" : "utf8") > maxBodyBytes) {
    return throwing(new ActivityError("too_large", `The body must not exceed ${maxBodyBytes} bytes.`));
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

/** Maps the status of the parser's error: 415 for the content type, 422 for the text. */
function toActivityError(error: unknown, accepted: string): unknown {
  if (error instanceof RangeError) return new ActivityError("invalid_value", error.message);
  if (!(error instanceof Error && "statusCode" in error)) return error;
  if (error.statusCode === 415) {
    const message = `The body must be ${accepted}. Set the header Content-Type accordingly, for example to application/json.`;
    return new ActivityError("unsupported_media_type", message, { field: "Content-Type" });
  }
  return new ActivityError("invalid_value", "The body must be JSON in UTF-8, without a byte order mark.");
}
