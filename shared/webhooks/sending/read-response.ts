import type { IncomingMessage } from "node:http";
import { decompressBeginning, parseCoding } from "./decompress.ts";
import type { SendResult } from "./send-result.ts";

export type ResponseLimits = {
  /** Maximum bytes of the body that are stored. */
  readonly keptBodyBytes: number;
  /** Maximum bytes of the body before the connection is closed. */
  readonly readBodyBytes: number;
};

export type ReceiverResponse = Pick<SendResult, "status" | "headers" | "body" | "body_truncated">;

const maxStoredHeaders = 50;
/** Maximum stored length of a header value. Redaction needs to know where values are cut. */
export const maxStoredHeaderLength = 1024;

/** Always stored, because they control the next attempt. */
const controlHeaders = new Set(["retry-after", "webhook-delivery"]);

/**
 * Reads a response up to the limits and decompresses it within the same limit. If the body ends early or the response
 * is destroyed, the result is the received part, marked as truncated.
 */
export function readResponse(
  response: IncomingMessage,
  limits: ResponseLimits,
  done: (response: ReceiverResponse) => void,
): void {
  const kept: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    if (bytes < limits.keptBodyBytes) kept.push(chunk.subarray(0, limits.keptBodyBytes - bytes));
    bytes += chunk.length;
    if (bytes > limits.readBodyBytes) response.destroy();
  });
  response.on("close", async () => {
    const { bytes: content, isTruncated } = await decompressed(Buffer.concat(kept), response, limits);
    const truncated = isTruncated || bytes > limits.keptBodyBytes || !response.complete;
    done({
      status: response.statusCode ?? null,
      headers: toStoredHeaders(response),
      body: decodeText(content, truncated),
      body_truncated: truncated,
    });
  });
}

/** Returns the decompressed body, or the bytes unchanged if they cannot be decompressed. */
async function decompressed(bytes: Buffer, { headers }: IncomingMessage, { keptBodyBytes }: ResponseLimits) {
  const coding = bytes.length === 0 ? null : parseCoding(headers["content-encoding"]);
  const result = coding === null ? null : await decompressBeginning(bytes, coding, keptBodyBytes);
  return result ?? { bytes, isTruncated: false };
}

function toStoredHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(
    ([name], index) => index < maxStoredHeaders || controlHeaders.has(name),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).slice(0, maxStoredHeaderLength)]));
}

/** Control characters except tabs and line ends. They can harm terminals. */
const controlCharacters = /(?![\t\n\r])\p{Cc}/gu;

/** Omits an incomplete character at the end of a truncated body. */
function decodeText(bytes: Buffer, truncated: boolean): string {
  return new TextDecoder().decode(bytes, { stream: truncated }).replaceAll(controlCharacters, "\uFFFD");
}
