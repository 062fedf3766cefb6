import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { HttpResponse } from "#shared/api/http/request.ts";

/** Below this, compression costs more time than it saves. */
const worthwhileBytes = 8 * 1024;

/** Turns an answer into what Lambda returns, compressed where the caller asked for it and the body is large. */
export async function encodeResponse(
  response: HttpResponse,
  acceptEncoding: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { status: statusCode, headers, body } = response;
  if (body.length < worthwhileBytes) return { statusCode, headers, body };
  const varying = { ...headers, vary: withEncoding(headers.vary) };
  const encoding = chooseEncoding(acceptEncoding);
  if (encoding === null) return { statusCode, headers: varying, body };
  return {
    statusCode,
    headers: { ...varying, "content-encoding": encoding },
    body: (await compress(encoding, body)).toString("base64"),
    isBase64Encoded: true,
  };
}

function withEncoding(vary: string | undefined): string {
  const names = vary?.split(", ") ?? [];
  return names.includes("accept-encoding") ? names.join(", ") : [...names, "accept-encoding"].join(", ");
}

/** Brotli before gzip, among the encodings that the caller accepts (RFC 9110, section 12.5.3). */
export function chooseEncoding(acceptEncoding: string): "br" | "gzip" | null {
  const accepted = new Set(
    acceptEncoding
      .toLowerCase()
      .split(",")
      .map((part) => part.replaceAll(/\s/g, ""))
      .filter((part) => !/;q=0(\.0*)?$/.test(part))
      .map((part) => part.split(";")[0]),
  );
  if (accepted.has("br")) return "br";
  return accepted.has("gzip") ? "gzip" : null;
}

async function compress(encoding: "br" | "gzip", body: string): Promise<Buffer> {
  // Loaded when it is first needed, so that a cold start does not pay for it.
  const { brotliCompressSync, constants, gzipSync } = await import("node:zlib");
  if (encoding === "gzip") return gzipSync(body);
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}
