/** What scripts can tell an end by. */
export const exitCodes = { done: 0, failed: 1, usage: 2, incomplete: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `Exit codes
  0  done
  1  failed: the stack, the way to it, or the endpoint under test
  2  wrong usage
  3  done, but not whole: some events were rejected, or an answer was cut`;

/** What a verb has to say: to people as text, to programs as one JSON document. */
export type Outcome = { readonly text: string; readonly json: unknown; readonly exit?: ExitCode };

/** An end that a person can do something about. Its message says what. */
export class CliError extends Error {
  readonly exit: ExitCode;

  constructor(exit: "failed" | "usage", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exit = exitCodes[exit];
  }
}
