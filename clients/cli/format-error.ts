import { CliError, type ExitCode, exitCodes } from "./command-result.ts";
import { connectionCode, stackGone } from "./stack-gone.ts";

export type Explanation = { readonly code: string; readonly message: string; readonly exit: ExitCode };

/** Says in one or two lines what went wrong, and what to do about it. */
export function explain(error: unknown): Explanation {
  if (error instanceof CliError) {
    return { code: error.exit === exitCodes.usage ? "usage" : "failed", message: error.message, exit: error.exit };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const failed = (code: string, text: string) => ({ code, message: text, exit: exitCodes.failed });
  const connection = connectionCode(error);
  if (connection !== null) return failed(connection, stackGone(connection));
  if (name === "CredentialsProviderError") {
    return failed(name, "There are no AWS credentials: sign in, or set AWS_PROFILE.");
  }
  if (message === "Region is missing") return failed(name, "No AWS region is set: set AWS_REGION.");
  return failed(name, `${name}: ${message}`);
}
