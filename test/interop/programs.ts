import { spawnSync } from "node:child_process";
import { environment } from "#infra/local/environment.ts";

/** Runs a program and returns what it printed. Throws with its errors if it fails. */
export function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawn(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return stdout.trim();
}

/** Returns whether a program ends with an error. */
export function isFailing(command: string, args: readonly string[]): boolean {
  return spawn(command, args).status !== 0;
}

function spawn(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: "utf8", env: { ...environment, GOTOOLCHAIN: "local" } });
}
