import { lstat, readFile } from "node:fs/promises";
import { decodeUtf8 } from "#shared/ledger/encoding/utf8.ts";

/** Far above a proof with the largest event, and a manifest of a billion entries. */
const maxBytes = 16 * 1_024 * 1_024;

/**
 * Returns the text of a file. Throws if it has more than 16 MB, or is not valid UTF-8: replaced bytes would be verified instead
 * of those that are there.
 */
export async function readTextFile(path: string): Promise<string> {
  await assertRegularFile(path, maxBytes);
  return decodeUtf8(await readFile(path));
}

/** Throws if a path is a link, a pipe or a device, which may never end or lead elsewhere, or has more bytes. */
export async function assertRegularFile(path: string, limit = Number.POSITIVE_INFINITY): Promise<void> {
  const stats = await lstat(path);
  if (!stats.isFile() || stats.size > limit)
    throw new Error(`${path} is not a regular file of at most ${limit} bytes.`);
}
