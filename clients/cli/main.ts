import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./command-result.ts";
import { dispatch } from "./dispatch.ts";
import { activityToken } from "./environment.ts";
import { explain } from "./format-error.ts";
import { interrupt, interruption } from "./interruption.ts";
import { printableJson, printableLines } from "./printable.ts";

const { stdin, stdout, stderr } = process;

const args = process.argv.slice(2);
const asJson = args.includes("--json");

const session: Session = {
  cwd: process.cwd(),
  token: activityToken,
  stdin,
  stderr,
  columns: stdout.isTTY ? stdout.columns : null,
  show({ text, json }) {
    stdout.write(`${asJson ? printableJson(JSON.stringify(json)) : text}\n`);
  },
  now: () => new Date(),
  sleep,
  interruption,
};

// `activity list | head` closes the pipe when it has seen enough: that is no failure.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupt();
});

process.exitCode = await main();

async function main(): Promise<ExitCode> {
  try {
    const outcome = await dispatch(args, session);
    if (outcome !== null) session.show(outcome);
    return outcome?.exit ?? exitCodes.done;
  } catch (error) {
    const { code, message, exit } = explain(error);
    stderr.write(`${printableLines(message).join("\n")}\n`);
    if (asJson) stdout.write(`${printableJson(JSON.stringify({ error: { code, message } }))}\n`);
    return exit;
  }
}
