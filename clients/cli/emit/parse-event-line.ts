import { isUtf8 } from "node:buffer";
import { type EventMessage, toMessage } from "#clients/emitter/message.ts";
import { ActivityError } from "#shared/errors.ts";
import type { FileLine } from "./read-lines.ts";

export type ParsedLine = { readonly line: number } & (EventMessage | { readonly reason: string });

export type ParseLineOptions = {
  readonly now: Date;
  /** Whether to suppress the webhooks of the event, regardless of the line. */
  readonly quiet: boolean;
};

/**
 * Parses the event of a line; `null` for an empty line. The id of an event without one is derived from the line and its
 * number, so that a second run repeats the same events, and two equal lines are two events.
 */
export function parseEventLine({ number, content }: FileLine, { now, quiet }: ParseLineOptions): ParsedLine | null {
  if (content === null) return { line: number, reason: "The line is too long for an event." };
  if (!isUtf8(content)) return { line: number, reason: "The line is not UTF-8." };
  const text = content
    .toString()
    .replace(/^\uFEFF/, "")
    .trim();
  if (text === "") return null;
  try {
    const reception = { now, entropy: `${number}\n${text}` };
    return { line: number, ...toMessage(text, reception, quiet ? { notify: false } : {}) };
  } catch (error) {
    if (error instanceof ActivityError) return { line: number, reason: error.message };
    throw error;
  }
}
