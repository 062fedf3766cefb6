import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { toPrintableJson, toPrintableLines } from "#shared/platform/text/printable.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./command-result.ts";
import { dispatch } from "./dispatch.ts";
import { commandPrefix, defaults, isNpmOption } from "./environment.ts";
import { formatError } from "./format-error.ts";
import { installSignalHandlers, interrupt } from "./interruption.ts";

const { stdout, stderr } = process;

const args = process.argv.slice(2);
const asJson = args.includes("--json");

const context: CommandContext = {
  cwd: process.cwd(),
  ...defaults,
  // Opened by the command that reads it.
  get stdin() {
    return process.stdin;
  },
  stderr,
  columns: stdout.isTTY ? stdout.columns : null,
  show({ text, json }) {
    stdout.write(`${asJson ? toPrintableJson(JSON.stringify(json)) : text}\n`);
  },
  commandPrefix,
  isNpmOption,
  now: () => new Date(),
  sleep,
  installSignalHandlers: installSignalHandlers,
};

// `activity list | head` closes the pipe early, which is not an error.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupt();
});

process.exitCode = await main();

async function main(): Promise<ExitCode> {
  try {
    const outcome = await dispatch(args, context);
    if (outcome !== null) context.show(outcome);
    return outcome?.exit ?? exitCodes.done;
  } catch (error) {
    const { code, message, exit } = formatError(error);
    stderr.write(`${toPrintableLines(message).join("\n")}\n`);
    if (asJson) stdout.write(`${toPrintableJson(JSON.stringify({ error: { code, message } }))}\n`);
    return exit;
  }
}
