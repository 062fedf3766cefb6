import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { evaluate, isOfOrg, isWithin, readLines } from "#shared/audit/evaluate.ts";
import { maxRows } from "#shared/audit/saved-query.ts";
import type { JsonObject } from "#shared/events/text/json.ts";
import type { ReviewSource } from "./source.ts";

/** The audit logs of a local stack, which are files: of each log by its name. */
export function logFiles(files: Readonly<Record<"events" | "access", string>>): ReviewSource {
  return {
    async answer(query, filled, window) {
      const lines = await linesOf(files[query.from]);
      const rows = evaluate(query, filled, window, lines);
      const searchedLines = lines.filter((line) => isWithin(line, window)).length;
      return { rows: rows.slice(0, maxRows), isCut: rows.length > maxRows, searchedLines };
    },
    // Creating an organisation, and each of its events, leaves a line; so does a call that was refused as there is none.
    async hasOrg(_query, _window, orgId) {
      const logs = [await linesOf(files.access), await linesOf(files.events)];
      return logs.some((lines) => lines.some((line) => isOfOrg(line, orgId) && !isRefusedCall(line)));
    },
  };
}

function isRefusedCall({ message, outcome }: JsonObject): boolean {
  return message === "admin" && outcome !== "done";
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
