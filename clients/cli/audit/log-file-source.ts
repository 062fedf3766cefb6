import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { evaluateQuery, isOfOrg, isWithin, parseLines } from "#shared/audit/evaluate-query.ts";
import { maxRows } from "#shared/audit/saved-query.ts";
import type { JsonObject } from "#shared/events/text/json.ts";
import type { AuditLogSource } from "./source.ts";

/** Creates a source of the audit logs of a local stack, which are files. */
export function createLogFileSource(files: Readonly<Record<"events" | "access", string>>): AuditLogSource {
  return {
    async runQuery(query, filled, window) {
      const lines = await linesOf(files[query.from]);
      const rows = evaluateQuery(query, filled, window, lines);
      const searchedLines = lines.filter((line) => isWithin(line, window)).length;
      return { rows: rows.slice(0, maxRows), isCut: rows.length > maxRows, searchedLines };
    },
    // Every organisation has a line for its creation. Refused calls are skipped: they may name an unknown organisation.
    async hasOrg(_query, _window, orgId) {
      const logs = [await linesOf(files.access), await linesOf(files.events)];
      return logs.some((lines) => lines.some((line) => isOfOrg(line, orgId) && !isRefusedCall(line)));
    },
  };
}

function isRefusedCall({ message, outcome }: JsonObject): boolean {
  return message === "admin" && outcome !== "done";
}

/** Returns the lines of a log. A log without lines has no file. */
async function linesOf(file: string): Promise<JsonObject[]> {
  const lines: JsonObject[] = [];
  try {
    const texts = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const text of texts) lines.push(...parseLines([text]));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return lines;
}
