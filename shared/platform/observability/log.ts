import { boundText } from "#shared/platform/text/bounded-text.ts";
import { invocationFields } from "./invocation.ts";
import { writeLine } from "./write-line.ts";

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON line. Fields are facts and ids; never an event, a body, a header or a token. */
export function log(level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void {
  writeLine({ time: new Date().toISOString(), level, message, ...invocationFields(), ...fields });
}

/** Bytes of an error's message and of its stack: either may quote what a caller or a writer sent. */
const maxErrorBytes = 8_192;

/** What an operator needs of an error, causes included. */
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
