import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { NamedFile, NamedPack } from "#shared/ledger/verification/file-result.ts";
import { readPackFolder } from "./pack-folder.ts";

/** A file or folder to verify, and the older checkpoint for consistency proofs. */
type Operand = {
  /** Its name in the results. */
  readonly file: string;
  readonly path: string;
  readonly older: string | null;
};

/** Reads a file or folder to verify. Never throws: what cannot be read is a result, and the other files are verified. */
export async function readOperand({ file, path, older }: Operand): Promise<NamedFile | NamedPack> {
  if (isFolder(path)) return { file, pack: readPackFolder(path) };
  return { file, text: await readFile(path, "utf8").catch(() => null), older };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
