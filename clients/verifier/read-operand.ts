import { realpath, stat } from "node:fs/promises";
import type { NamedFile, NamedPack } from "#shared/ledger/verification/verify-files.ts";
import { readPackFolder } from "./pack-folder.ts";
import { readTextFile } from "./read-text-file.ts";

/** A file or folder to verify, and the older checkpoint for consistency proofs. */
type Operand = {
  /** Its name in the results. */
  readonly file: string;
  readonly path: string;
  readonly older: string | null;
};

/** Reads a file or folder to verify. Never throws: what cannot be read is a result, and the other files are verified. */
export async function readOperand({ file, path, older }: Operand): Promise<NamedFile | NamedPack> {
  try {
    // A link that the user names is followed. Those within a folder are not.
    const target = await realpath(path);
    if ((await stat(target)).isDirectory()) return { file, pack: readPackFolder(target) };
    return { file, text: await readTextFile(target), older };
  } catch {
    return { file, text: null, older };
  }
}
