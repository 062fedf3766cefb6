import { CliError, type ExitCode, exitCodes } from "./command-result.ts";

export type FormattedError = { readonly code: string; readonly message: string; readonly exit: ExitCode };

/** Says in one or two lines what went wrong, and what to do about it. */
export function formatError(error: unknown): FormattedError {
  if (error instanceof CliError) {
    return { code: error.exit === exitCodes.usage ? "usage" : "failed", message: error.message, exit: error.exit };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const failed = (code: string, text: string) => ({ code, message: text, exit: exitCodes.failed });
  const connection = connectionErrorCode(error);
  if (connection !== null) return failed(connection, unreachableMessage(connection));
  if (name === "CredentialsProviderError") {
    return failed(name, "There are no AWS credentials: sign in, or set AWS_PROFILE.");
  }
  if (message === "Region is missing") return failed(name, "No AWS region is set: set AWS_REGION.");
  return failed(name, `${name}: ${message}`);
}

const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH"]);

/** The system's code of a connection that failed, wherever in the chain of causes it is; `null` for other errors. */
export function connectionErrorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string" && unreachable.has(error.code)) return error.code;
  return connectionErrorCode(error.cause);
}

/** What every command says where the stack does not answer. `reason` is the code of the connection, or what else is known. */
export function unreachableMessage(reason: string): string {
  return `The stack does not answer (${reason}). If it is the local one, start it again with npm start.`;
}
