import type { IncomingMessage } from "node:http";
import type { Exchange } from "./attempt.ts";

export type AnswerLimits = {
  /** Bytes of the body that are kept. */
  readonly keptBodyBytes: number;
  /** Bytes of the body after which the connection is ended. */
  readonly readBodyBytes: number;
};

export type Answer = Pick<Exchange, "status" | "headers" | "body" | "body_truncated">;

const keptHeaders = 50;
const keptHeaderLength = 1024;

/**
 * Reads an answer whose headers are there, up to the limits. Its body may end early, or be ended by whoever destroys
 * the response: the answer is then what came, truncated. A compressed body is shown as the bytes it is.
 */
export function readAnswer(response: IncomingMessage, limits: AnswerLimits, done: (answer: Answer) => void): void {
  const kept: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    if (bytes < limits.keptBodyBytes) kept.push(chunk.subarray(0, limits.keptBodyBytes - bytes));
    bytes += chunk.length;
    if (bytes > limits.readBodyBytes) response.destroy();
  });
  response.on("close", () => {
    const truncated = bytes > limits.keptBodyBytes || !response.complete;
    done({
      status: response.statusCode ?? null,
      headers: readHeaders(response),
      body: readText(Buffer.concat(kept), truncated),
      body_truncated: truncated,
    });
  });
}

function readHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).slice(0, keptHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).slice(0, keptHeaderLength)]));
}

/** A character that the cut has halved is left out. NUL hides in displays. */
function readText(bytes: Buffer, truncated: boolean): string {
  return new TextDecoder().decode(bytes, { stream: truncated }).replaceAll("\0", "\uFFFD");
}
