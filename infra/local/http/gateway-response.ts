import * as z from "zod";

export type GatewayResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
};

const structuredSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});

/** Headers that belong to the connection, which the gateway never takes from a function. */
const gatewayOwns = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

/**
 * The response that a function's result stands for in payload format 2.0: with a `statusCode` as it says, without one a
 * 200 whose body is the result itself. A malformed result is the gateway's own error.
 */
export function parseFunctionResponse(payload: string): GatewayResponse {
  const result: unknown = JSON.parse(payload);
  if (typeof result !== "object" || result === null || !("statusCode" in result)) {
    const body = typeof result === "string" ? result : payload;
    return { status: 200, headers: { "content-type": "application/json" }, cookies: [], body: Buffer.from(body) };
  }
  const structured = structuredSchema.safeParse(result);
  if (!structured.success) return gatewayError(500, "Internal Server Error");
  const { statusCode, headers, cookies, body, isBase64Encoded } = structured.data;
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !gatewayOwns.has(name));
  return {
    status: statusCode,
    headers: { "content-type": "text/plain;charset=UTF-8", ...Object.fromEntries(own) },
    cookies,
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}

/** An answer that the gateway gives by itself. */
export function gatewayError(status: number, message: string): GatewayResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message })),
  };
}
