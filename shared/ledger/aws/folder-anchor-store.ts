import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { anchorFileName } from "#shared/ledger/anchors/anchor-file-name.ts";
import { assertSameRound } from "#shared/ledger/anchors/assert-same-round.ts";
import type { AnchorStore } from "#shared/ledger/anchors/ports.ts";

/** Creates the store of rounds in a folder, which the local runtime uses instead of a bucket. */
export function createFolderAnchorStore(folder: string): AnchorStore {
  return {
    name: "folder",

    async put(index, text) {
      await mkdir(folder, { recursive: true });
      try {
        await writeFile(join(folder, anchorFileName(index)), text, { flag: "wx" });
      } catch (error) {
        if (!isExisting(error)) throw error;
        assertSameRound(index, await readFile(join(folder, anchorFileName(index)), "utf8"), text);
      }
    },
  };
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
