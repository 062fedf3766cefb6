import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ProofError } from "#shared/ledger/proof-error.ts";
import type { PackReader } from "#shared/ledger/verification/verify-pack.ts";
import { assertRegularFile, readTextFile } from "./read-text-file.ts";

/** Far above the line of the largest event, so that a file without newlines does not fill the memory. */
const maxLineLength = 1_000_000;

/** Reads a pack from a folder, line by line. Throws `ProofError` `malformed` for a file that cannot be read. */
export function readPackFolder(folder: string): PackReader {
  return {
    listFiles: () => readdir(folder),
    async readText(name) {
      try {
        return await readTextFile(join(folder, name));
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

/** Bytes that are not valid UTF-8 make a file unreadable: replaced, they could be verified as an event that has such signs. */
async function* readChunks(folder: string, name: string): AsyncGenerator<string> {
  const path = join(folder, name);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    await assertRegularFile(path);
    for await (const bytes of createReadStream(path)) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch {
    throw unreadable(name);
  }
}

function unreadable(name: string): ProofError {
  return new ProofError("malformed", `The pack has no readable file ${name}.`);
}
