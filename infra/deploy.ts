import { spawnSync } from "node:child_process";
import { argv, env, exit, stderr } from "node:process";
import { type Command, stageCommands } from "./stage-commands.ts";

for (const command of givenCommands()) {
  const { status, error } = run(command);
  if (error !== undefined) stderr.write(`${command.program} cannot be run: ${error.message}\n`);
  if (status !== 0) exit(status ?? 1);
}

function givenCommands(): Command[] {
  try {
    return stageCommands(argv.slice(2));
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  }
}

function run({ program, args, variables }: Command) {
  return spawnSync(program, args, { stdio: "inherit", env: { ...env, ...variables } });
}
