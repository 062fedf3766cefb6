import { stdout } from "node:process";
import { boundText } from "#shared/platform/text/bounded-text.ts";
import { invocationFields } from "./invocation.ts";

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON line. Fields must never contain an event, a body, a header or a token. */
export function log(level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void {
  writeLine({ time: new Date().toISOString(), level, message, ...invocationFields(), ...fields });
}

/** Maximum bytes of an error's message and of its stack: either may quote input. */
const maxErrorBytes = 8_192;

/** Returns the fields of an error and its causes for a log line. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: boundText(String(error), maxErrorBytes) };
  const { name, message, cause } = error;
  const stack = error.stack === undefined ? undefined : boundText(error.stack, maxErrorBytes);
  return {
    error: name,
    error_message: boundText(message, maxErrorBytes),
    stack,
    ...(cause === undefined ? {} : { cause: errorFields(cause) }),
  };
}

/**
 * Writes one line of JSON to the log. Lambda's `console` would prefix a time and a request id, and CloudWatch extracts
 * metrics only from lines that are JSON as a whole.
 */
export function writeLine(line: Readonly<Record<string, unknown>>): void {
  stdout.write(`${JSON.stringify(line)}\n`);
}
