import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Takes a folder for this process; the returned function, which may run while the process exits, gives it back. Throws
 * when another living process has it. A lock whose process is gone counts as free.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, "lock");
  const owner = ownerOf(file);
  if (owner !== undefined && isAlive(owner)) {
    throw new Error(
      `Process ${owner} already runs with ${folder}: stop it first (or delete ${file} if that is not so)`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(file, { force: true });
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The folder ${folder} cannot be written (${reason}): choose another one`);
  }
  return () => rmSync(file, { force: true });
}

function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
