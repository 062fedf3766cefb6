import type middy from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { maxBodyBytes, parseJsonBody } from "./json-body.ts";

/**
 * Returns a parser of the request body: as a form if its content type says so, else as JSON. A form becomes an object of
 * strings. The parser throws `ActivityError`, also for a repeated field (RFC 6749, section 3.2).
 */
export async function parseFormOrJsonBody(call: middy.Request<APIGatewayProxyEventV2>): Promise<HttpRequest["body"]> {
  const { body = "", isBase64Encoded, headers } = call.event;
  const type = headers["content-type"] ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return parseJsonBody(call, "JSON or a form");
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  return () => {
    if (Buffer.byteLength(text) > maxBodyBytes) {
      throw new ActivityError("too_large", `The body must not exceed ${maxBodyBytes} bytes.`);
    }
    const fields = new URLSearchParams(text);
    const names = [...fields.keys()];
    if (new Set(names).size < names.length) {
      throw new ActivityError("invalid_value", "A field of the form is repeated. Send each field once.");
    }
    return Object.fromEntries(fields);
  };
}
