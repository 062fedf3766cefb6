import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { HttpResponse } from "#shared/api/http/request.ts";

/** Compressing smaller bodies takes longer than it saves. */
const minCompressedBytes = 8 * 1024;

/** Converts a response to Lambda's format. Compresses a large body if the caller accepts it. */
export async function encodeResponse(
  response: HttpResponse,
  acceptEncoding: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { status: statusCode, headers, body, isBase64 } = response;
  // Hashes, which no compression makes smaller.
  if (isBase64) return { statusCode, headers, body, isBase64Encoded: true };
  if (body.length < minCompressedBytes) return { statusCode, headers, body };
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

/** Returns the encoding that the caller accepts, Brotli before gzip (RFC 9110, section 12.5.3); `null` for neither. */
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
  // Imported on first use, so that it does not slow cold starts.
  const { brotliCompressSync, constants, gzipSync } = await import("node:zlib");
  if (encoding === "gzip") return gzipSync(body);
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}
