import { isUtf8 } from "node:buffer";
import { type EventMessage, toMessage } from "#clients/emitter/message.ts";
import { ActivityError } from "#shared/errors.ts";
import type { Line } from "./lines.ts";

export type ReadLine = { readonly line: number } & (EventMessage | { readonly reason: string });

export type LineOptions = {
  readonly now: Date;
  /** Whether no webhook is to be sent for the event, whatever the line says. */
  readonly quiet: boolean;
};

/**
 * Reads the event of a line; `null` for an empty line. An event that brings no id gets one made from the line and its
 * number, so that a second run over the same file makes repeats, while two equal lines stay two events.
 */
export function readEventLine({ number, content }: Line, { now, quiet }: LineOptions): ReadLine | null {
  if (content === null) return { line: number, reason: "The line is longer than any event may be." };
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
