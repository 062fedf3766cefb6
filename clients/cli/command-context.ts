import type { Readable } from "node:stream";
import type { CommandResult } from "./command-result.ts";

/** The environment of a command: terminal, clock, credentials. The stack is found by the command itself. */
export type CommandContext = {
  readonly cwd: string;
  /** The API token of the environment. */
  readonly token: string | undefined;
  readonly stdin: Readable;
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Characters in a line of the terminal that shows the outcome; `null` where no terminal does. */
  readonly columns: number | null;
  /** Shows something on stdout, as text or as JSON, while the command runs. */
  show(part: Pick<CommandResult, "text" | "json">): void;
  now(): Date;
  sleep(milliseconds: number): Promise<unknown>;
  /** From this call on, the first interruption aborts the signal rather than the process. */
  interruption(): AbortSignal;
};
