import type { IncomingMessage } from "node:http";
import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import { decompressBeginning, parseCoding } from "./decompress.ts";

export type AnswerLimits = {
  /** Bytes of the body that are kept. */
  readonly keptBodyBytes: number;
  /** Bytes of the body after which the connection is ended. */
  readonly readBodyBytes: number;
};

export type Answer = Pick<Exchange, "status" | "headers" | "body" | "body_truncated">;

const keptHeaders = 50;
/** Characters of a header that are kept; what hides secrets in kept headers must know where they may be cut. */
export const keptHeaderLength = 1024;

/** Kept wherever they come, since they decide what follows. */
const decisiveHeaders = new Set(["retry-after", "webhook-delivery"]);

/**
 * Reads an answer whose headers are there, up to the limits. Its body may end early, or be ended by whoever destroys
 * the response: the answer is then what came, truncated. A compressed body is decompressed, within the same limit.
 */
export function readAnswer(response: IncomingMessage, limits: AnswerLimits, done: (answer: Answer) => void): void {
  const kept: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    if (bytes < limits.keptBodyBytes) kept.push(chunk.subarray(0, limits.keptBodyBytes - bytes));
    bytes += chunk.length;
    if (bytes > limits.readBodyBytes) response.destroy();
  });
  response.on("close", async () => {
    const { bytes: content, isTruncated } = await decoded(Buffer.concat(kept), response, limits);
    const truncated = isTruncated || bytes > limits.keptBodyBytes || !response.complete;
    done({
      status: response.statusCode ?? null,
      headers: readHeaders(response),
      body: readText(content, truncated),
      body_truncated: truncated,
    });
  });
}

/** The body as it was before it was compressed. Bytes that cannot be decompressed stay as they are. */
async function decoded(bytes: Buffer, { headers }: IncomingMessage, { keptBodyBytes }: AnswerLimits) {
  const coding = bytes.length === 0 ? null : parseCoding(headers["content-encoding"]);
  const decompressed = coding === null ? null : await decompressBeginning(bytes, coding, keptBodyBytes);
  return decompressed ?? { bytes, isTruncated: false };
}

function readHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(([name], at) => at < keptHeaders || decisiveHeaders.has(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).slice(0, keptHeaderLength)]));
}

/** Control characters, which do harm in displays, but for tabs and the ends of lines. */
const controls = /(?![\t\n\r])\p{Cc}/gu;

/** A character that the cut has halved is left out. */
function readText(bytes: Buffer, truncated: boolean): string {
  return new TextDecoder().decode(bytes, { stream: truncated }).replaceAll(controls, "\uFFFD");
}
