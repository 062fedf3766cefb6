import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { formatApiError, toApiExitCode } from "./api/format-api-error.ts";
import { CliError, type ExitCode, exitCodes } from "./command-result.ts";

export type FormattedError = { readonly code: string; readonly message: string; readonly exit: ExitCode };

/** Returns what went wrong and what to do about it, in one or two lines. */
export function formatError(error: unknown): FormattedError {
  if (error instanceof CliError) return fromExitCode(error.exit, error.message);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const failed = (code: string, text: string) => ({ code, message: text, exit: exitCodes.failed });
  const connection = connectionErrorCode(error);
  if (connection !== null) return failed(connection, unreachableMessage(connection));
  if (error instanceof ActivityLogError) return fromExitCode(toApiExitCode(error), formatApiError(error));
  if (name === "CredentialsProviderError") {
    return failed(name, "No AWS credentials found. Sign in, or set AWS_PROFILE.");
  }
  if (message === "Region is missing") return failed(name, "No AWS region found. Set AWS_REGION.");
  return failed(name, `${name}: ${message}`);
}

function fromExitCode(exit: ExitCode, message: string): FormattedError {
  return { code: exit === exitCodes.usage ? "usage" : "failed", message, exit };
}

const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH"]);

/** Returns the system's code of a failed connection from the chain of causes; `null` for other errors. */
export function connectionErrorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string" && unreachable.has(error.code)) return error.code;
  return connectionErrorCode(error.cause);
}

/** Returns the message for a stack that does not respond. `reason` is the code of the connection, for example. */
export function unreachableMessage(reason: string): string {
  return `The stack does not respond (${reason}). If it is the local one, start it again with npm start.`;
}
