import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ProofError } from "#shared/ledger/proof-error.ts";
import type { PackReader } from "#shared/ledger/verification/verify-pack.ts";

/** Far above the line of the largest event, so that a file without newlines does not fill the memory. */
const maxLineLength = 1_000_000;

/** Reads a pack from a folder, line by line. Throws `ProofError` `malformed` for a file that cannot be read. */
export function readPackFolder(folder: string): PackReader {
  return {
    async readText(name) {
      try {
        return await readFile(join(folder, name), "utf8");
      } catch {
        throw unreadable(name);
      }
    },
    async *readLines(name) {
      let rest = "";
      for await (const chunk of readChunks(folder, name)) {
        // `node:readline` also ends lines at separators that events may contain.
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop() ?? "";
        yield* lines;
        if (rest.length > maxLineLength)
          throw new ProofError("malformed", `The file ${name} has a line that is too long.`);
      }
      if (rest !== "") throw new ProofError("malformed", `The file ${name} does not end in a newline.`);
    },
  };
}

async function* readChunks(folder: string, name: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(join(folder, name), "utf8");
  } catch {
    throw unreadable(name);
  }
}

function unreadable(name: string): ProofError {
  return new ProofError("malformed", `The pack has no readable file ${name}.`);
}
