const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH"]);

/** The system's code of a connection that failed, wherever in the chain of causes it is; `null` for other errors. */
export function connectionCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string" && unreachable.has(error.code)) return error.code;
  return connectionCode(error.cause);
}

/** What every command says where the stack does not answer. `reason` is the code of the connection, or what else is known. */
export function stackGone(reason: string): string {
  return `The stack does not answer (${reason}). If it is the local one, start it again with npm start.`;
}
