import { invocationFields } from "./invocation.ts";
import { writeLine } from "./write-line.ts";

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON line. Fields are facts and ids; never an event, a body, a header or a token. */
export function log(level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void {
  writeLine({ time: new Date().toISOString(), level, message, ...invocationFields(), ...fields });
}

/** What an operator needs of an error, causes included. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const { name, message, stack, cause } = error;
  return { error: name, error_message: message, stack, ...(cause === undefined ? {} : { cause: errorFields(cause) }) };
}
