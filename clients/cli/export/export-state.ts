import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { CliError } from "#clients/cli/command-result.ts";
import { packFiles } from "#shared/ledger/pack/manifest.ts";

/** What an export has been asked for. A folder continues the same export only. */
export const exportSettings = z.strictObject({
  api: z.string(),
  org: z.nullable(z.string()),
  after: z.number(),
  until_sequence: z.nullable(z.number()),
  /** As they were typed: a duration means the same export a second later. */
  since: z.nullable(z.string()),
  until: z.nullable(z.string()),
  format: z.enum(["jsonl", "csv"]),
});

export type ExportSettings = z.infer<typeof exportSettings>;

/** How far an export has come: up to its last complete file. */
const exportState = z.strictObject({
  settings: exportSettings,
  /** The moments of `since` and `until`, by the clock at the beginning. */
  range: z.strictObject({ since: z.nullable(z.string()), until: z.nullable(z.string()) }),
  checkpoint: z.string(),
  /** The last sequence that is exported. */
  last: z.number(),
  files: z.array(z.string()),
  /** Events that the table does not have as they were sequenced. */
  withheld: z.number(),
  end: z.strictObject({ size: z.number(), frontier: z.array(z.string()), sealed_at: z.string() }),
});

export type ExportState = z.infer<typeof exportState>;

const stateFile = "export.json";

/**
 * Returns the state of an export that was interrupted in a folder; `null` if none has begun. Throws `CliError` if the folder
 * has a finished export, or another one.
 */
export async function loadState(folder: string, settings: ExportSettings): Promise<ExportState | null> {
  if (existsSync(join(folder, packFiles.manifest))) {
    throw new CliError("usage", `${folder} has a finished export. Give another folder, or verify it: activity verify.`);
  }
  const file = join(folder, stateFile);
  if (!existsSync(file)) return null;
  const parsed = exportState.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!parsed.success || !isDeepStrictEqual(parsed.data.settings, settings)) {
    throw new CliError("usage", `${folder} has another export that is not finished. Give another folder.`);
  }
  return parsed.data;
}

/** Stores the state in one step: an interruption leaves the earlier one. */
export async function saveState(folder: string, state: ExportState): Promise<void> {
  await writeWhole(join(folder, stateFile), JSON.stringify(state));
}

export async function removeState(folder: string): Promise<void> {
  await rm(join(folder, stateFile), { force: true });
}

/** Writes a file so that it is either complete or absent. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${file}.part`, content, { flush: true });
  await rename(`${file}.part`, file);
}
