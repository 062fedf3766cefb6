import { existsSync, readFileSync } from "node:fs";
import type { LocalRuntime } from "#infra/local/runtime.ts";
import { parseLines } from "#shared/audit/evaluate.ts";
import type { JsonObject } from "#shared/events/text/json.ts";

/** The lines of one of a running stack's audit logs that are written so far. */
export function auditLines({ logFiles }: Pick<LocalRuntime, "logFiles">, log: "events" | "access"): JsonObject[] {
  const file = logFiles[log] ?? "";
  return existsSync(file) ? [...parseLines(readFileSync(file, "utf8").split("\n"))] : [];
}

const accessMessages: ReadonlySet<unknown> = new Set(["request", "admin", "delivery"]);

/** The lines of the audit log of requests that are no audit lines, but for Lambda's report of an invocation that failed. */
export function foreignLines({ logFiles }: Pick<LocalRuntime, "logFiles">): string[] {
  const file = logFiles.access ?? "";
  const texts = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return texts.filter((text) => {
    const [line] = parseLines([text]);
    return text !== "" && !accessMessages.has(line?.message) && !text.includes("\tERROR\tInvoke Error\t");
  });
}
