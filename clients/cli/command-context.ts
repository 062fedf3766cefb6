import type { Readable } from "node:stream";
import type { Outcome } from "./command-result.ts";

/** What a verb knows of the world around it, apart from the stack that it works on. */
export type Session = {
  readonly cwd: string;
  /** The API token of the environment. */
  readonly token: string | undefined;
  readonly stdin: Readable;
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Characters in a line of the terminal that shows the outcome; `null` where no terminal does. */
  readonly columns: number | null;
  /** Shows something on stdout, as text or as JSON, while the verb goes on. */
  show(part: Pick<Outcome, "text" | "json">): void;
  now(): Date;
  sleep(milliseconds: number): Promise<unknown>;
  /** From this call on, the first interruption aborts the signal rather than the process. */
  interruption(): AbortSignal;
};
