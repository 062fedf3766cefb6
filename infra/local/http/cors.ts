import * as z from "zod";
import type { GatewayResponse } from "./gateway-response.ts";

export const corsConfigurationSchema = z.object({
  AllowCredentials: z.boolean().default(false),
  AllowHeaders: z.array(z.string()).default([]),
  AllowMethods: z.array(z.string()).default([]),
  AllowOrigins: z.array(z.string()).default([]),
  ExposeHeaders: z.array(z.string()).default([]),
  MaxAge: z.coerce.number().optional(),
});
export type CorsConfiguration = z.infer<typeof corsConfigurationSchema>;

type Headers = Readonly<Record<string, string>>;

/** The gateway's answer to a preflight request: an origin that is not allowed learns nothing. */
export function preflightResponse(cors: CorsConfiguration, origin: string): GatewayResponse {
  const headers: Record<string, string> = {};
  if (allows(cors, origin)) {
    Object.assign(headers, originHeaders(cors, origin));
    if (cors.AllowMethods.length > 0) headers["access-control-allow-methods"] = cors.AllowMethods.join(",");
    if (cors.AllowHeaders.length > 0) headers["access-control-allow-headers"] = cors.AllowHeaders.join(",");
    if (cors.MaxAge !== undefined) headers["access-control-max-age"] = String(cors.MaxAge);
  }
  return { status: 204, headers, cookies: [], body: Buffer.alloc(0) };
}

/** Replaces whatever CORS headers a function set by those of the configuration. */
export function withCors(headers: Headers, cors: CorsConfiguration, origin: string | undefined): Headers {
  const others = Object.entries(headers).filter(([name]) => !name.startsWith("access-control-"));
  return {
    ...Object.fromEntries(others),
    ...(origin !== undefined && allows(cors, origin) && originHeaders(cors, origin)),
  };
}

function allows(cors: CorsConfiguration, origin: string): boolean {
  return cors.AllowOrigins.some(
    (allowed) =>
      allowed === "*" || allowed === origin || (allowed.endsWith("://*") && origin.startsWith(allowed.slice(0, -1))),
  );
}

function originHeaders(cors: CorsConfiguration, origin: string): Headers {
  return {
    "access-control-allow-origin": cors.AllowOrigins.includes("*") ? "*" : origin,
    ...(cors.AllowCredentials && { "access-control-allow-credentials": "true" }),
    ...(cors.ExposeHeaders.length > 0 && { "access-control-expose-headers": cors.ExposeHeaders.join(",") }),
  };
}
