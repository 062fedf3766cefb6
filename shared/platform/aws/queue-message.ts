import type * as z from "zod/mini";
import { parseJson } from "#shared/platform/json.ts";

/**
 * Writes what a message says as its body. SQS refuses the characters U+FFFE and U+FFFF; JSON may hold them, and says
 * the same with an escape.
 */
export function formatMessage(content: unknown): string {
  return JSON.stringify(content).replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}

/** Reads a message's body. Throws, naming the field, where it is none that this log wrote. */
export function parseMessage<T>(schema: z.ZodMiniType<T>, body: string): T {
  const read = schema.safeParse(parseJson(body));
  if (read.success) return read.data;
  const field = read.error.issues[0]?.path.join(".");
  throw new Error(field ? `The message has no valid ${field}.` : "The message is no JSON object.");
}
