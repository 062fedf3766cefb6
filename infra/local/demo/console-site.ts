import { buildSite } from "#clients/console/build/build-site.ts";
import { objectHeaders } from "#infra/console/object-headers.ts";
import type { BucketFiles } from "#infra/local/distribution/bucket-site.ts";
import { consolePath } from "#shared/platform/console-path.ts";

/** Returns the files of the console, which `buildConsole` writes into a folder, for `startLocalRuntime`. */
export function consoleFiles(folder: string): BucketFiles {
  return { folder, path: consolePath, objectHeaders };
}

/** Builds the console for an API at its own origin into an emptied folder. */
export async function buildConsole(folder: string): Promise<void> {
  await buildSite(folder, { api: "", stage: "dev" });
}
