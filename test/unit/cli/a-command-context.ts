import { Readable } from "node:stream";
import type { Session } from "#clients/cli/command-context.ts";
import { testNow } from "#test/support/builders.ts";

/** A session of a test: its clock moves only when a verb sleeps, and what a verb writes is kept. */
export function aSession(over: Partial<Session> = {}) {
  const clock = { ms: testNow.getTime() };
  const interruption = new AbortController();
  const shown: Parameters<Session["show"]>[0][] = [];
  const stderr: string[] = [];
  const session: Session = {
    cwd: "/nowhere",
    token: undefined,
    stdin: Readable.from([]),
    stderr: { write: (text) => stderr.push(text) },
    columns: null,
    show: (part) => shown.push(part),
    now: () => new Date(clock.ms),
    sleep: async (milliseconds) => {
      clock.ms += milliseconds;
    },
    interruption: () => interruption.signal,
    ...over,
  };
  return { session, clock, interruption, shown, stderr };
}
