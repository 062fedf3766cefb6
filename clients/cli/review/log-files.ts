import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { JsonObject } from "../../../shared/events/json.ts";
import { evaluate, readLines } from "../../../shared/review/evaluate.ts";
import { maxRows } from "../../../shared/review/saved-query.ts";
import type { ReviewSource } from "./source.ts";

/** The audit logs of a local stack, which are files: of each log by its name. */
export function logFiles(files: Readonly<Record<"events" | "access", string>>): ReviewSource {
  return {
    async answer(query, filled, window) {
      const rows = evaluate(query, filled, window, await linesOf(files[query.from]));
      return { rows: rows.slice(0, maxRows), isCut: rows.length > maxRows };
    },
  };
}

/** A log that nothing was written to yet has no file. */
async function linesOf(file: string): Promise<JsonObject[]> {
  const lines: JsonObject[] = [];
  try {
    const texts = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const text of texts) lines.push(...readLines([text]));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return lines;
}
