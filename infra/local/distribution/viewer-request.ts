import { runInNewContext } from "node:vm";
import * as z from "zod";

const resultSchema = z.union([
  z.object({
    statusCode: z.int(),
    headers: z.record(z.string(), z.object({ value: z.string() })).default({}),
  }),
  z.object({ uri: z.string() }).transform(({ uri }) => ({ uri })),
]);

/** The path to serve instead, or a response. */
export type ViewerRequestResult = z.output<typeof resultSchema>;

/**
 * Runs a CloudFront function for a request. It gets method and path: no query, headers and cookies. Throws `Error` if the
 * code fails or returns neither a request nor a response.
 */
export function runViewerRequest(code: string, method: string, uri: string): ViewerRequestResult {
  const request = { method, uri, querystring: {}, headers: {}, cookies: {} };
  const event = { version: "1.0", context: { eventType: "viewer-request" }, request };
  const result: unknown = runInNewContext(`${code}\nJSON.stringify(handler(event))`, { event }, { timeout: 1_000 });
  return resultSchema.parse(JSON.parse(String(result)));
}
