import type { ServerResponse } from "node:http";

/** Sends an error of AWS's JSON protocol, in the protocol version of the request. */
export function sendAwsError(response: ServerResponse, status: number, code: string, message: string): void {
  const version = response.req.headers["content-type"]?.endsWith("json-1.1") ? "1.1" : "1.0";
  const headers = { "content-type": `application/x-amz-json-${version}`, "x-amzn-errortype": code };
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message, Message: message });
  response.writeHead(status, headers).end(body);
}
