import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** npm's codes for a registry that cannot be reached, or is not asked. */
const unreachable = /code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E5\d\d)\b/;

/** Installs a package into a folder. Returns `false` if the registry cannot be reached. Throws `Error` if npm fails otherwise. */
export async function npmInstall(folder: string, packageSpec: string): Promise<boolean> {
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error", packageSpec];
  try {
    await promisify(execFile)("npm", args, { cwd: folder });
    return true;
  } catch (error) {
    const output = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    if (unreachable.test(output)) return false;
    throw new Error(`npm cannot install ${packageSpec}:\n${output}`);
  }
}
