import { Readable } from "node:stream";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { testNow } from "#test/support/builders.ts";

/** Creates a context whose clock moves only when a command sleeps, and that keeps what is written. */
export function aCommandContext(over: Partial<CommandContext> = {}) {
  const clock = { ms: testNow.getTime() };
  const interruption = new AbortController();
  const shown: Parameters<CommandContext["show"]>[0][] = [];
  const stderr: string[] = [];
  const context: CommandContext = {
    cwd: "/nowhere",
    token: undefined,
    api: undefined,
    org: undefined,
    stack: undefined,
    stdin: Readable.from([]),
    stderr: { write: (text) => stderr.push(text) },
    columns: null,
    show: (part) => shown.push(part),
    commandPrefix: "npm run activity --",
    isNpmOption: () => false,
    now: () => new Date(clock.ms),
    sleep: async (milliseconds) => {
      clock.ms += milliseconds;
    },
    installSignalHandlers: () => interruption.signal,
    ...over,
  };
  return { context, clock, interruption, shown, stderr };
}
