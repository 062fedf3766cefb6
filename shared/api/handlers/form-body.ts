import type middy from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { maxBodyBytes, parseJsonBody } from "./json-body.ts";

/**
 * Reads the body of a request as a form where it says that it is one, else as JSON. A form is an object of texts; one
 * that says a thing twice is refused (RFC 6749, section 3.2).
 */
export async function parseFormOrJsonBody(call: middy.Request<APIGatewayProxyEventV2>): Promise<HttpRequest["body"]> {
  const { body = "", isBase64Encoded, headers } = call.event;
  const type = headers["content-type"] ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return parseJsonBody(call, "JSON or a form");
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  return () => {
    if (Buffer.byteLength(text) > maxBodyBytes) {
      throw new ActivityError("too_large", `The body is larger than ${maxBodyBytes} bytes.`);
    }
    const fields = new URLSearchParams(text);
    const names = [...fields.keys()];
    if (new Set(names).size < names.length) {
      throw new ActivityError("invalid_value", "The form has a field more than once.");
    }
    return Object.fromEntries(fields);
  };
}
