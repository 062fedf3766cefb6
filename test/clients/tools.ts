import { spawnSync } from "node:child_process";

/** What each step needs: the environment of its programs, and the folder for what they write. */
export type Tools = { readonly variables: Readonly<Record<string, string>>; readonly folder: string };

/** Returns whether a program can be started on this machine. */
export function isInstalled(command: string, versionArgument = "--version"): boolean {
  return spawnSync(command, [versionArgument], { stdio: "ignore" }).status === 0;
}
