import type * as z from "zod/mini";
import { parseJson } from "#shared/platform/json.ts";

/** Formats the body of a message as JSON. SQS rejects the characters U+FFFE and U+FFFF, so they are escaped. */
export function formatMessage(content: unknown): string {
  return JSON.stringify(content).replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}

/** Parses the body of a message. Throws an error with the field's name if it does not match the schema. */
export function parseMessage<T>(schema: z.ZodMiniType<T>, body: string): T {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".");
  throw new Error(field ? `The message has no valid ${field}.` : "The message is not a JSON object.");
}
