import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { dispatch } from "./dispatch.ts";
import { activityToken } from "./environment.ts";
import { explain } from "./explain.ts";
import { type ExitCode, exitCodes } from "./outcome.ts";
import type { Session } from "./session.ts";

const { stdin, stdout, stderr } = process;

const session: Session = {
  cwd: process.cwd(),
  token: activityToken,
  stdin,
  stderr,
  columns: stdout.isTTY ? stdout.columns : null,
  now: () => new Date(),
  sleep,
  interruption() {
    const controller = new AbortController();
    process.once("SIGINT", () => controller.abort());
    return controller.signal;
  },
};

// `activity list | head` closes the pipe when it has seen enough: that is no failure.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<ExitCode> {
  const asJson = args.includes("--json");
  try {
    const { text, json, exit = exitCodes.done } = await dispatch(args, session);
    stdout.write(`${asJson ? JSON.stringify(json) : text}\n`);
    return exit;
  } catch (error) {
    const { code, message, exit } = explain(error);
    stderr.write(`${message}\n`);
    if (asJson) stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    return exit;
  }
}
