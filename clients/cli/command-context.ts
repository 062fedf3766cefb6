import type { Readable } from "node:stream";
import type { CommandResult } from "./command-result.ts";

/** The environment of a command: terminal, clock, credentials. The stack is found by the command itself. */
export type CommandContext = {
  readonly cwd: string;
  /** The API token of the environment (`ACTIVITY_TOKEN`). */
  readonly token: string | undefined;
  /** The address of the API without a stack (`ACTIVITY_API`). */
  readonly api: string | undefined;
  /** The organisation, if the token has several (`ACTIVITY_ORG`). */
  readonly org: string | undefined;
  /** The stack of commands without `--stack` (`ACTIVITY_STACK`). */
  readonly stack: string | undefined;
  readonly stdin: Readable;
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  /** The width of the terminal in characters; `null` if stdout is not a terminal. */
  readonly columns: number | null;
  /** Shows a part of the result on stdout, as text or as JSON, while the command runs. */
  show(part: Pick<CommandResult, "text" | "json">): void;
  /** What help and errors write before the name of a command: `activity`, or how npm runs it. */
  readonly commandPrefix: string;
  /** Whether npm runs this and has set an option of that name for itself. */
  isNpmOption(name: string): boolean;
  now(): Date;
  sleep(milliseconds: number): Promise<unknown>;
  /** Installs signal handlers: from now on, the first interruption aborts the returned signal instead of the process. */
  installSignalHandlers(): AbortSignal;
};
