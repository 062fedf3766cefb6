/** The exit codes, for scripts. */
export const exitCodes = { done: 0, failed: 1, usage: 2, incomplete: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `Exit codes
  0  done
  1  failed: the stack, the connection to it, or the tested endpoint
  2  wrong usage
  3  incomplete: some events were rejected, or a result was cut`;

/** The result of a command, as text and as one JSON document. */
export type CommandResult = { readonly text: string; readonly json: unknown; readonly exit?: ExitCode };

/** An error that the user can fix. Its message says how. */
export class CliError extends Error {
  readonly exit: ExitCode;

  constructor(exit: "failed" | "usage", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exit = exitCodes[exit];
  }
}
